import type { FaultAction } from "../model/fault.ts";
import type { Fault } from "./fault.ts";
import { bitten, nothingToHeal, startAgain } from "./in-force.ts";
import { kubeletOf } from "./kubelet-of.ts";

type NodeRestarted = Extract<FaultAction, { kind: "node-restarted" }>;

/**
 * The container that is the node is restarted, as by a loss of power: nobody on it hears a signal first. What was in its
 * kernel is gone, what its other owners put there at every boot is there again, and so is the API as it was. Healed by the
 * pod that kubelet starts again.
 */
export const nodeRestarted: Fault<NodeRestarted> = {
  kind: "node-restarted",
  describe: () =>
    "the node's container is restarted: rules, sets, routes and flows are gone with all processes",
  async inject({ kind }, target) {
    const kubelet = kubeletOf(target, kind);
    if (!target.engine.isRunning()) return bitten(undefined, nothingToHeal);
    let change = "";
    const isGone = await target.engine.endBy("killed", async () => {
      change = await kubelet.restartNode(target.signal);
    });
    await target.furnishAgain?.();
    const evidence = `restarted, with ${change}: the kernel state and the engine are gone`;
    return bitten(isGone ? evidence : undefined, () => startAgain(target));
  },
};
