import type { FaultAction } from "../model/fault.ts";
import type { Fault } from "./fault.ts";
import { bitten, nothingToHeal, startAgain } from "./in-force.ts";
import { kubeletOf } from "./kubelet-of.ts";

type PodDeleted = Extract<FaultAction, { kind: "pod-deleted" }>;

/**
 * The engine's pod is deleted. kubelet gives a container two seconds even where it is to have none, so that
 * an engine hears SIGTERM either way; with a grace of its own it has the time to do something about it.
 * Healed by the pod that the DaemonSet makes.
 */
export const podDeleted: Fault<PodDeleted> = {
  kind: "pod-deleted",
  describe: ({ graceSeconds }) =>
    graceSeconds === 0
      ? "the engine's pod is deleted at once"
      : `the engine's pod is deleted, with ${graceSeconds} s for its end`,
  async inject({ kind, graceSeconds }, target) {
    const kubelet = kubeletOf(target, kind);
    if (!target.engine.isRunning()) return bitten(undefined, nothingToHeal);
    let pod = "";
    const isGone = await target.engine.endBy(graceSeconds === 0 ? "killed" : "terminating", async () => {
      pod = await kubelet.deletePod(graceSeconds);
    });
    const evidence = `pod ${pod} is deleted with ${graceSeconds} s of grace: the engine is gone`;
    return bitten(isGone ? evidence : undefined, () => startAgain(target));
  },
};
