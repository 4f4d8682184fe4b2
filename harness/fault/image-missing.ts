import type { FaultAction } from "../model/fault.ts";
import type { NodeKubelet } from "../node/kubelet.ts";
import type { Fault, FaultTarget } from "./fault.ts";
import { bitten, inForce, nothingToHeal, startAgain } from "./in-force.ts";
import { kubeletOf } from "./kubelet-of.ts";

type ImageMissing = Extract<FaultAction, { kind: "image-missing" }>;

async function heal(kubelet: NodeKubelet, target: FaultTarget): Promise<void> {
  await kubelet.restoreImage();
  await startAgain(target);
}

/** The engine's image is taken from the node, and its pod is deleted: another cannot start. Healed when the image is back and the engine runs. */
export const imageMissing: Fault<ImageMissing> = {
  kind: "image-missing",
  describe: () => "the engine's image is gone from the node, and its pod is deleted",
  async inject({ kind }, target) {
    const kubelet = kubeletOf(target, kind);
    if (!target.engine.isRunning()) return bitten(undefined, nothingToHeal);
    try {
      const image = await kubelet.removeImage();
      await target.engine.endBy("killed", async () => void (await kubelet.deletePod(0)));
      const look = async (): Promise<string | undefined> => {
        const reason = await kubelet.waitingFor();
        // Any other is a pod that is only just being made.
        return reason?.includes("Image") ? `without ${image} the engine's pod waits: ${reason}` : undefined;
      };
      return inForce(target, { look, heal: () => heal(kubelet, target) });
    } catch (thrown) {
      await kubelet.restoreImage();
      throw thrown;
    }
  },
};
