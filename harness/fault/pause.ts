import { setTimeout as delay } from "node:timers/promises";
import type { FaultAction } from "../model/fault.ts";
import type { Fault } from "./fault.ts";
import { bitten, nothingToHeal } from "./in-force.ts";

type Pause = Extract<FaultAction, { kind: "pause" }>;

/** SIGSTOP of the engine and all that it started; healed by SIGCONT, not before `forMs` have passed. */
export const pause: Fault<Pause> = {
  kind: "pause",
  describe: ({ forMs }) => `SIGSTOP to the engine and all that it started, for at least ${forMs} ms`,
  async inject({ forMs }, { engine, signal }) {
    if (!engine.isRunning()) return bitten(undefined, nothingToHeal);
    await engine.pause();
    const began = performance.now();
    return bitten(`SIGSTOP: the engine stands still, for at least ${forMs} ms`, async () => {
      const leftMs = forMs - (performance.now() - began);
      // An attempt that was aborted does not wait: what is stopped must be able to end.
      if (leftMs > 0) await delay(leftMs, undefined, { signal }).catch(() => undefined);
      await engine.resume();
    });
  },
};
