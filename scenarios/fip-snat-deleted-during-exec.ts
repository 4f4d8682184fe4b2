import type { Scenario } from "../harness/model/scenario.ts";
import { deletedDuringExec, gatewayCanary, gatewaySettings, newSourceNat } from "./building/gateway.ts";

/** As for forwarded ports, and the finalizer comes later still where it was forgotten first. */
export const scenario: Scenario = {
  name: "fip-snat-deleted-during-exec",
  title: "Source NAT that is deleted while the gateway is told of it leaves nothing",
  feature: "fip-nat",
  nodes: 1,
  settings: gatewaySettings,
  sources: [
    "https://github.com/kubeovn/kube-ovn/issues/5167",
    "https://github.com/kubeovn/kube-ovn/pull/6412",
  ],
  steps: (world) =>
    deletedDuringExec(world, "deleted-during-exec", { kind: "hold" }, (node, eip) =>
      newSourceNat(world, "snat", node, eip),
    ),
  canary: gatewayCanary,
};
