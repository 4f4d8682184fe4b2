import type { FaultAction } from "../model/fault.ts";
import type { Fault } from "./fault.ts";
import { bitten, nothingToHeal } from "./in-force.ts";

type Hold = Extract<FaultAction, { kind: "hold" }>;

/**
 * Nothing is broken. Whoever is held at the write of the trigger stays held until this is healed, which is
 * the nemesis's doing; so it bites wherever its trigger was met.
 */
export const hold: Fault<Hold> = {
  kind: "hold",
  describe: () => "who writes is held, and nothing is broken",
  async inject() {
    return bitten("held at this point", nothingToHeal);
  },
};
