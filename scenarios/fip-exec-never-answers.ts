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
 * A node that hangs holds its connection open: without a limit of its own one such exec stops a worker
 * that all other gateways wait for.
 */
export const scenario: Scenario = {
  name: "fip-exec-never-answers",
  title: "An exec that is never answered keeps no other object from being programmed",
  feature: "fip-nat",
  nodes: 1,
  settings: gatewaySettings,
  sources: ["https://github.com/kubeovn/kube-ovn/blob/v1.16.2/pkg/util/pod_exec.go"],
  steps(world) {
    const [node] = world.nodes;
    const eip = newElasticIp(world, "eip", node);
    const otherEip = newElasticIp(world, "other-eip", node);
    const unanswered = newFloatingIp(world, "unanswered", node, eip);
    const other = newFloatingIp(world, "other", node, otherEip);
    return [
      {
        name: "addresses",
        operations: [apply(eip.object), apply(otherEip.object)],
        expect: present(eip.intent, otherEip.intent),
      },
      {
        name: "unanswered",
        operations: [
          orderExec(node, eip.address, { kind: "withhold" }),
          apply(unanswered.object),
          untilReached(node, eip.address),
          apply(other.object),
        ],
        expect: present(unanswered.intent, other.intent),
        traffic: [...unanswered.inForce, ...other.inForce],
      },
      {
        name: "deleted",
        operations: [releaseExec(node, eip.address), remove(unanswered.object)],
        expect: [...absent(unanswered.intent), ...present(other.intent)],
        traffic: [...unanswered.notInForce, ...other.inForce],
      },
    ];
  },
  canary: gatewayCanary,
};
