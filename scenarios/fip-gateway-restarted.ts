import type { Scenario } from "../harness/model/scenario.ts";
import {
  gatewayCanary,
  gatewaySettings,
  newElasticIp,
  newFloatingIp,
  newPortForward,
  newSourceNat,
} from "./building/gateway.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/**
 * A new pod has an empty network namespace: what had been deleted must not come back with what is still
 * wanted.
 */
export const scenario: Scenario = {
  name: "fip-gateway-restarted",
  title: "A gateway whose pod is made anew gets back all that it had, and nothing more",
  feature: "fip-nat",
  nodes: 1,
  settings: gatewaySettings,
  sources: [
    "https://github.com/kubeovn/kube-ovn/issues/4987",
    "https://github.com/kubeovn/kube-ovn/issues/5029",
    "https://github.com/kubeovn/kube-ovn/pull/5072",
  ],
  steps(world) {
    const [node] = world.nodes;
    const fipEip = newElasticIp(world, "fip-eip", node);
    const eip = newElasticIp(world, "eip", node);
    const gone = newFloatingIp(world, "gone", node, fipEip);
    const kept = newFloatingIp(world, "kept", node, fipEip);
    const snat = newSourceNat(world, "snat", node, eip);
    const dnat = newPortForward(world, "dnat", node, eip);
    const all = [fipEip.intent, eip.intent, snat.intent, dnat.intent];
    return [
      {
        name: "created",
        operations: [
          apply(fipEip.object),
          apply(eip.object),
          apply(gone.object),
          apply(snat.object),
          apply(dnat.object),
        ],
        expect: present(...all, gone.intent),
        traffic: [...gone.inForce, ...snat.inForce, ...dnat.inForce],
      },
      {
        name: "changed",
        operations: [remove(gone.object), apply(kept.object)],
        expect: [...absent(gone.intent), ...present(...all, kept.intent)],
        traffic: [...kept.inForce],
      },
      {
        name: "gateway-restarted",
        operations: [{ op: "gateway-restart", node: node.name }],
        expect: [...absent(gone.intent), ...present(...all, kept.intent)],
        traffic: [...kept.inForce, ...snat.inForce, ...dnat.inForce],
      },
    ];
  },
  canary: gatewayCanary,
};
