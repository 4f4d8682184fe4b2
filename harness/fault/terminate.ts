import type { FaultAction } from "../model/fault.ts";
import type { Fault } from "./fault.ts";
import { bitten, nothingToHeal, startAgain } from "./in-force.ts";

type Terminate = Extract<FaultAction, { kind: "terminate" }>;

/** SIGTERM, and SIGKILL after the profile's limit. Healed by a new start. */
export const terminate: Fault<Terminate> = {
  kind: "terminate",
  describe: () => "SIGTERM to the engine, and SIGKILL where it does not exit in time",
  async inject(_, target) {
    if (!target.engine.isRunning()) return bitten(undefined, nothingToHeal);
    await target.engine.terminate();
    const isGone = !target.engine.isRunning();
    return bitten(isGone ? "SIGTERM: the engine is gone" : undefined, () => startAgain(target));
  },
};
