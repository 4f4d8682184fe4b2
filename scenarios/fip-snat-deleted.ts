import type { Scenario } from "../harness/model/scenario.ts";
import { gatewayCanary, gatewaySettings, newElasticIp, newSourceNat } from "./building/gateway.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** No race: created, in force, deleted. */
export const scenario: Scenario = {
  name: "fip-snat-deleted",
  title: "Source NAT goes with its object",
  feature: "fip-nat",
  nodes: 1,
  settings: gatewaySettings,
  sources: [
    "https://github.com/kubeovn/kube-ovn/issues/5167",
    "https://github.com/kubeovn/kube-ovn/issues/5799",
    "https://github.com/kubeovn/kube-ovn/pull/5806",
  ],
  steps(world) {
    const [node] = world.nodes;
    const eip = newElasticIp(world, "eip", node);
    const keptEip = newElasticIp(world, "kept-eip", node);
    const gone = newSourceNat(world, "gone", node, eip);
    const kept = newSourceNat(world, "kept", node, keptEip);
    return [
      {
        name: "created",
        operations: [apply(eip.object), apply(keptEip.object), apply(gone.object), apply(kept.object)],
        expect: present(eip.intent, keptEip.intent, gone.intent, kept.intent),
        traffic: [...gone.inForce, ...kept.inForce],
      },
      {
        name: "deleted",
        operations: [remove(gone.object)],
        expect: [...absent(gone.intent), ...present(kept.intent)],
        traffic: [...gone.notInForce, ...kept.inForce],
      },
    ];
  },
  canary: gatewayCanary,
};
