import { setTimeout as delay } from "node:timers/promises";
import type { FaultAction } from "../model/fault.ts";
import type { Fault } from "./fault.ts";
import { nothingToHeal } from "./in-force.ts";

type Hurry = Extract<FaultAction, { kind: "hurry" }>;

/** The API takes this long at most for the operations of a step: where it took longer, nobody was hurried. In ms. */
const slackMs = 2_000;

/**
 * Nothing is broken: the next step's operations come after this gap, whatever the engine has done until then. It bites
 * where they did come so soon.
 */
export const hurry: Fault<Hurry> = {
  kind: "hurry",
  describe: ({ gapMs }) => `the next step's operations come ${gapMs} ms after those of the step`,
  async inject({ gapMs }, { signal }) {
    const began = performance.now();
    if (gapMs > 0) await delay(gapMs, undefined, { signal }).catch(() => undefined); // Aborted: nothing bites then.
    return {
      // Asked for when the next step's operations were sent.
      get bitten() {
        const tookMs = Math.round(performance.now() - began);
        const isBitten = !signal.aborted && tookMs <= gapMs + slackMs;
        return Promise.resolve(
          isBitten ? `the next operations were sent ${tookMs} ms after those of the step` : undefined,
        );
      },
      [Symbol.asyncDispose]: nothingToHeal,
    };
  },
};
