import type { FaultAction } from "../model/fault.ts";
import type { Fault } from "./fault.ts";
import { bitten, nothingToHeal, startAgain } from "./in-force.ts";

type Kill = Extract<FaultAction, { kind: "kill" }>;

/** SIGKILL, to the whole tree as when a container dies, or to the engine alone. Healed by a new start. */
export const kill: Fault<Kill> = {
  kind: "kill",
  describe: ({ scope }) =>
    scope === "tree"
      ? "SIGKILL to the engine and all that it started"
      : "SIGKILL to the engine alone; what it started goes on",
  async inject({ scope }, target) {
    if (!target.engine.isRunning()) return bitten(undefined, nothingToHeal);
    await target.engine.kill(scope);
    const isGone = !target.engine.isRunning();
    return bitten(isGone ? `SIGKILL: the engine is gone (${scope})` : undefined, () => startAgain(target));
  },
};
