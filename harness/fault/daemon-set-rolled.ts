import type { FaultAction } from "../model/fault.ts";
import type { Fault } from "./fault.ts";
import { bitten, nothingToHeal, startAgain } from "./in-force.ts";
import { kubeletOf } from "./kubelet-of.ts";

type DaemonSetRolled = Extract<FaultAction, { kind: "daemon-set-rolled" }>;

/** The engine's DaemonSet gets another revision of its template, and its controller replaces the pod. Healed by the new one. */
export const daemonSetRolled: Fault<DaemonSetRolled> = {
  kind: "daemon-set-rolled",
  describe: () => "the engine's DaemonSet is rolled to another revision",
  async inject({ kind }, target) {
    const kubelet = kubeletOf(target, kind);
    if (!target.engine.isRunning()) return bitten(undefined, nothingToHeal);
    let revision = "";
    const isGone = await target.engine.endBy("terminating", async () => {
      revision = await kubelet.roll();
    });
    const evidence = `the DaemonSet is rolled to ${revision}: the engine is gone`;
    return bitten(isGone ? evidence : undefined, () => startAgain(target));
  },
};
