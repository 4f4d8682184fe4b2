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

/**
 * Whoever locks by name lets a floating address wait for an elastic one that is called the same. It comes and goes in
 * that time: what was read before the wait is old behind it.
 */
export const scenario: Scenario = {
  name: "fip-deleted-while-name-is-locked",
  title:
    "A floating address that is deleted while another object of its name is worked on is never programmed",
  feature: "fip-nat",
  nodes: 1,
  settings: gatewaySettings,
  sources: [
    "https://github.com/kubeovn/kube-ovn/issues/5115",
    "https://github.com/kubeovn/kube-ovn/blob/v1.16.2/pkg/controller/vpc_nat_gw_nat.go",
  ],
  steps(world) {
    const [node] = world.nodes;
    const eip = newElasticIp(world, "eip", node);
    const keptEip = newElasticIp(world, "kept-eip", node);
    const kept = newFloatingIp(world, "kept", node, keptEip);
    const slow = newElasticIp(world, "twin", node);
    const plain = newFloatingIp(world, "fip", node, eip);
    const gone = { ...plain, object: { ...plain.object, objectName: slow.object.name } };
    return [
      {
        name: "created",
        operations: [apply(eip.object), apply(keptEip.object), apply(kept.object)],
        expect: present(eip.intent, keptEip.intent, kept.intent),
        traffic: [...kept.inForce],
      },
      {
        name: "deleted-while-locked",
        operations: [
          orderExec(node, slow.address, { kind: "hold" }),
          apply(slow.object),
          untilReached(node, slow.address),
          apply(gone.object),
          remove(gone.object),
          releaseExec(node, slow.address),
        ],
        expect: [...absent(gone.intent), ...present(eip.intent, slow.intent, kept.intent)],
        traffic: [...gone.notInForce, ...kept.inForce],
      },
    ];
  },
  canary: gatewayCanary,
};
