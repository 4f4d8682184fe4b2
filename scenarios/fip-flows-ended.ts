import type { Scenario } from "../harness/model/scenario.ts";
import { flowsOf, gatewayCanary, gatewaySettings, newElasticIp, newFloatingIp } from "./building/gateway.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** A connection that lasts is translated as it began, whatever rules say: who shuts an address has to end those too. */
export const scenario: Scenario = {
  name: "fip-flows-ended",
  title: "Connections of a floating address end with it, and those of another one go on",
  feature: "fip-nat",
  nodes: 1,
  settings: gatewaySettings,
  sources: [
    "https://github.com/kubeovn/kube-ovn/issues/5115",
    "https://github.com/kubeovn/kube-ovn/blob/v1.16.2/dist/images/vpcnatgateway/nat-gateway.sh",
  ],
  steps(world) {
    const [node] = world.nodes;
    const eip = newElasticIp(world, "eip", node);
    const keptEip = newElasticIp(world, "kept-eip", node);
    const gone = newFloatingIp(world, "gone", node, eip);
    const kept = newFloatingIp(world, "kept", node, keptEip);
    const flows = flowsOf(node, eip, gone);
    const keptFlows = flowsOf(node, keptEip, kept);
    return [
      {
        name: "created",
        operations: [apply(eip.object), apply(keptEip.object), apply(gone.object), apply(kept.object)],
        expect: present(eip.intent, keptEip.intent, gone.intent, kept.intent),
        traffic: [...gone.inForce, ...kept.inForce],
      },
      {
        name: "connected",
        operations: [flows.plant, keptFlows.plant],
        expect: present(flows.intent, keptFlows.intent, gone.intent, kept.intent),
      },
      {
        name: "deleted",
        operations: [remove(gone.object)],
        expect: [...absent(flows.intent, gone.intent), ...present(keptFlows.intent, kept.intent, eip.intent)],
        traffic: [...gone.notInForce, ...kept.inForce],
      },
    ];
  },
  canary: gatewayCanary,
};
