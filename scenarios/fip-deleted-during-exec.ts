import type { Scenario } from "../harness/model/scenario.ts";
import { deletedDuringExec, gatewayCanary, gatewaySettings, newFloatingIp } from "./building/gateway.ts";

/** The exec is held before it begins, and the object deleted meanwhile. */
export const scenario: Scenario = {
  name: "fip-deleted-during-exec",
  title: "A floating address that is deleted while the gateway is told of it leaves nothing",
  feature: "fip-nat",
  nodes: 1,
  settings: gatewaySettings,
  sources: [
    "https://github.com/kubeovn/kube-ovn/issues/5115",
    "https://github.com/kubeovn/kube-ovn/pull/5142",
  ],
  steps: (world) =>
    deletedDuringExec(world, "deleted-during-exec", { kind: "hold" }, (node, eip) =>
      newFloatingIp(world, "fip", node, eip),
    ),
  canary: gatewayCanary,
};
