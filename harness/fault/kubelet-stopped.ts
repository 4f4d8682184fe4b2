import { setTimeout as delay } from "node:timers/promises";
import type { FaultAction } from "../model/fault.ts";
import type { NodeKubelet } from "../node/kubelet.ts";
import type { Fault, FaultTarget } from "./fault.ts";
import { bitten, nothingToHeal, startAgain } from "./in-force.ts";
import { kubeletOf } from "./kubelet-of.ts";

type KubeletStopped = Extract<FaultAction, { kind: "kubelet-stopped" }>;

/** A kubelet that runs starts a container that has ended for the first time within a second or two. */
const watchedMs = 3_000;
const lookEveryMs = 250;

/** @returns whether the container stayed away */
async function staysAway(kubelet: NodeKubelet, signal: AbortSignal): Promise<boolean> {
  const end = performance.now() + watchedMs;
  while (performance.now() < end) {
    if (signal.aborted || (await kubelet.isContainerUp())) return false;
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined); // The next look tells that it was aborted.
  }
  return true;
}

async function heal(kubelet: NodeKubelet, target: FaultTarget): Promise<void> {
  await kubelet.start();
  await startAgain(target);
}

/** kubelet is stopped and the engine's container is killed: it stays so. Healed when kubelet runs and has started it again. */
export const kubeletStopped: Fault<KubeletStopped> = {
  kind: "kubelet-stopped",
  describe: () => "kubelet is stopped, and the engine's container dies meanwhile",
  async inject({ kind }, target) {
    const kubelet = kubeletOf(target, kind);
    if (!target.engine.isRunning()) return bitten(undefined, nothingToHeal);
    try {
      await kubelet.stop();
      await target.engine.kill("tree");
      const isAway = !(await kubelet.isRunning()) && (await staysAway(kubelet, target.signal));
      const evidence = `kubelet is stopped: the engine's container ended, and did not come back for ${watchedMs} ms`;
      return bitten(isAway ? evidence : undefined, () => heal(kubelet, target));
    } catch (thrown) {
      await kubelet.start();
      throw thrown;
    }
  },
};
