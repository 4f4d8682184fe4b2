import type { FaultAction } from "../model/fault.ts";
import type { Fault } from "./fault.ts";
import { inForce } from "./in-force.ts";

type XtablesLock = Extract<FaultAction, { kind: "xtables-lock" }>;

/** Somebody holds the lock of the legacy tables. Bites when a process of the engine is seen to wait for it. */
export const xtablesLock: Fault<XtablesLock> = {
  kind: "xtables-lock",
  describe: () => "somebody holds /run/xtables.lock",
  async inject(_, target) {
    const holder = await target.node.holdXtablesLock();
    return inForce(target, {
      look: () => holder.engineWaiting(),
      heal: async () => holder[Symbol.asyncDispose](),
    });
  },
};
