import type { FaultAction } from "../model/fault.ts";
import type { Fault, FaultTarget } from "./fault.ts";
import { startAgain } from "./in-force.ts";

type RestartLoop = Extract<FaultAction, { kind: "restart-loop" }>;

/** @returns how many times it was killed and came back */
async function restart(times: number, { engine }: FaultTarget, signal: AbortSignal): Promise<number> {
  for (let done = 0; done < times; done++) {
    if (signal.aborted || !engine.isRunning()) return done;
    await engine.kill("tree");
    if (signal.aborted) return done;
    await engine.start();
  }
  return times;
}

/** Killed and started, again and again, each time as soon as it was ready. Healed when it runs. */
export const restartLoop: Fault<RestartLoop> = {
  kind: "restart-loop",
  describe: ({ times }) => `killed and started ${times} times, each time as soon as it was ready`,
  async inject({ times }, target) {
    const healed = new AbortController();
    const loop = restart(times, target, AbortSignal.any([target.signal, healed.signal]));
    const heal = async (): Promise<void> => {
      healed.abort();
      // What went wrong in the loop is told here: `bitten` never rejects.
      await loop;
      await startAgain(target);
    };
    let healing: Promise<void> | undefined;
    return {
      bitten: loop.then(
        (done) => (done === times ? `killed and started ${times} times` : undefined),
        () => undefined,
      ),
      [Symbol.asyncDispose]: () => (healing ??= heal()),
    };
  },
};
