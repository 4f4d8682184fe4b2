import type { Scenario } from "../harness/model/scenario.ts";
import {
  gatewayCanary,
  gatewaySettings,
  newElasticIp,
  newFloatingIp,
  newPortForward,
  orderExec,
  releaseExec,
  untilReached,
} from "./building/gateway.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

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
  steps(world) {
    const [node] = world.nodes;
    const eip = newElasticIp(world, "eip", node);
    const keptEip = newElasticIp(world, "kept-eip", node);
    const kept = newFloatingIp(world, "kept", node, keptEip);
    const gone = newPortForward(world, "dnat", node, eip);
    return [
      {
        name: "created",
        operations: [apply(eip.object), apply(keptEip.object), apply(kept.object)],
        expect: present(eip.intent, keptEip.intent, kept.intent),
        traffic: [...kept.inForce],
      },
      {
        name: "deleted-during-exec",
        operations: [
          orderExec(node, eip.address, { kind: "hold" }),
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
