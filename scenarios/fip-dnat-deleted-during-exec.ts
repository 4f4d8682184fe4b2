import type { Scenario } from "../harness/model/scenario.ts";
import { deletedDuringExec, gatewayCanary, gatewaySettings, newPortForward } from "./building/gateway.ts";

/**
 * The finalizer must be there before the gateway is told: an object that has none is gone at once, and
 * what the exec writes then belongs to nobody.
 */
export const scenario: Scenario = {
  name: "fip-dnat-deleted-during-exec",
  title: "A forwarded port that is deleted while the gateway is told of it leaves nothing",
  feature: "fip-nat",
  nodes: 1,
  settings: gatewaySettings,
  sources: ["https://github.com/kubeovn/kube-ovn/pull/6412"],
  steps: (world) =>
    deletedDuringExec(world, "deleted-during-exec", { kind: "hold" }, (node, eip) =>
      newPortForward(world, "dnat", node, eip),
    ),
  canary: gatewayCanary,
};
