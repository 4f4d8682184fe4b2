import type { Scenario } from "../harness/model/scenario.ts";
import { gatewayCanary, gatewaySettings, newElasticIp, newFloatingIp } from "./building/gateway.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/**
 * The address stays and what it stands for changes: rules of the pod before would send its packets to
 * whoever has that address next.
 */
export const scenario: Scenario = {
  name: "fip-eip-to-another-pod",
  title: "An elastic address that goes from one pod to another leads to the new one alone",
  feature: "fip-nat",
  nodes: 1,
  settings: gatewaySettings,
  sources: [
    "https://github.com/kubeovn/kube-ovn/issues/5115",
    "https://github.com/kubeovn/kube-ovn/issues/2742",
  ],
  steps(world) {
    const [node] = world.nodes;
    const eip = newElasticIp(world, "eip", node);
    const old = newFloatingIp(world, "old", node, eip);
    const next = newFloatingIp(world, "next", node, eip);
    return [
      {
        name: "created",
        operations: [apply(eip.object), apply(old.object)],
        expect: present(eip.intent, old.intent),
        traffic: [...old.inForce],
      },
      {
        name: "to-another-pod",
        operations: [remove(old.object), apply(next.object)],
        expect: [...absent(old.intent), ...present(eip.intent, next.intent)],
        traffic: [...next.inForce],
      },
      {
        name: "deleted",
        operations: [remove(next.object)],
        expect: [...absent(next.intent), ...present(eip.intent)],
        traffic: [...next.notInForce],
      },
    ];
  },
  canary: gatewayCanary,
};
