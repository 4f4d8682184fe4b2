import type { Scenario } from "../harness/model/scenario.ts";
import { deletedDuringExec, gatewayCanary, gatewaySettings, newFloatingIp } from "./building/gateway.ts";

/** The rules are in, and the engine has not heard of it: whatever it writes next comes after the deletion. */
export const scenario: Scenario = {
  name: "fip-deleted-before-status",
  title: "A floating address that is deleted before its status is written leaves nothing",
  feature: "fip-nat",
  nodes: 1,
  settings: gatewaySettings,
  sources: [
    "https://github.com/kubeovn/kube-ovn/issues/5115",
    "https://github.com/kubeovn/kube-ovn/pull/6412",
  ],
  steps: (world) =>
    deletedDuringExec(world, "deleted-before-status", { kind: "withhold" }, (node, eip) =>
      newFloatingIp(world, "fip", node, eip),
    ),
  canary: gatewayCanary,
};
