import type { Scenario } from "../harness/model/scenario.ts";
import {
  gatewayCanary,
  gatewaySettings,
  newElasticIp,
  newFloatingIp,
  orderExec,
  untilReached,
} from "./building/gateway.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/**
 * A script that ends between two rules has written the first: a second try must not need a clean table,
 * and a deletion must find what is there.
 */
export const scenario: Scenario = {
  name: "fip-exec-fails-half-way",
  title: "An exec that fails half-way is made whole, and can be undone",
  feature: "fip-nat",
  nodes: 1,
  settings: gatewaySettings,
  sources: ["https://github.com/kubeovn/kube-ovn/pull/6412"],
  steps(world) {
    const [node] = world.nodes;
    const eip = newElasticIp(world, "eip", node);
    const failed = newFloatingIp(world, "failed", node, eip);
    return [
      { name: "address", operations: [apply(eip.object)], expect: present(eip.intent) },
      {
        name: "failed-half-way",
        operations: [
          orderExec(node, eip.address, { kind: "fail", afterWrites: 1, exitCode: 2 }),
          apply(failed.object),
          untilReached(node, eip.address),
        ],
        expect: present(eip.intent, failed.intent),
        traffic: [...failed.inForce],
      },
      {
        name: "deleted",
        operations: [remove(failed.object)],
        expect: [...absent(failed.intent), ...present(eip.intent)],
        traffic: [...failed.notInForce],
      },
    ];
  },
  canary: gatewayCanary,
};
