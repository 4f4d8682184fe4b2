import { HarnessError } from "../errors/harness-error.ts";
import type { FaultAction } from "../model/fault.ts";
import type { NodeKubelet } from "../node/kubelet.ts";
import type { FaultTarget } from "./fault.ts";

/**
 * The kubelet of a fault's node.
 *
 * @throws {HarnessError} `sandbox/lacks` where the node has none: the attempt is no pass
 */
export function kubeletOf({ node }: Pick<FaultTarget, "node">, kind: FaultAction["kind"]): NodeKubelet {
  if (node.kubelet !== undefined) return node.kubelet;
  throw new HarnessError(
    "sandbox/lacks",
    `${kind} needs a kubelet that runs the engine as a pod, and ${node.ref.name} has none.\nFix: run this on clusters of kind: --provider kind.`,
  );
}
