import type { Scenario } from "../harness/model/scenario.ts";
import {
  gatewayCanary,
  gatewaySettings,
  newElasticIp,
  newFloatingIp,
  orderExec,
  releaseExec,
  untilReached,
} from "./building/gateway.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

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
  steps(world) {
    const [node] = world.nodes;
    const eip = newElasticIp(world, "eip", node);
    const keptEip = newElasticIp(world, "kept-eip", node);
    const kept = newFloatingIp(world, "kept", node, keptEip);
    const gone = newFloatingIp(world, "fip", node, eip);
    return [
      {
        name: "created",
        operations: [apply(eip.object), apply(keptEip.object), apply(kept.object)],
        expect: present(eip.intent, keptEip.intent, kept.intent),
        traffic: [...kept.inForce],
      },
      {
        name: "deleted-before-status",
        operations: [
          orderExec(node, eip.address, { kind: "withhold" }),
          apply(gone.object),
          untilReached(node, eip.address),
          remove(gone.object),
          releaseExec(node, eip.address),
        ],
        expect: [...absent(gone.intent), ...present(kept.intent)],
        traffic: [...gone.notInForce, ...kept.inForce],
      },
    ];
  },
  canary: gatewayCanary,
};
