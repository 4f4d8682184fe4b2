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
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

/** The new process finds an object that is being deleted and that it was never told of alive: nobody else will let it go. */
export const scenario: Scenario = {
  name: "fip-engine-killed-while-deleting",
  title: "A floating address that was being deleted when the engine died goes after its next start",
  feature: "fip-nat",
  nodes: 1,
  settings: gatewaySettings,
  sources: ["https://github.com/kubeovn/kube-ovn/issues/7210"],
  steps(world) {
    const [node] = world.nodes;
    const eip = newElasticIp(world, "eip", node);
    const otherEip = newElasticIp(world, "other-eip", node);
    const gone = newFloatingIp(world, "gone", node, eip);
    const fresh = newFloatingIp(world, "fresh", node, otherEip);
    return [
      {
        name: "created",
        operations: [apply(eip.object), apply(otherEip.object), apply(gone.object)],
        expect: present(eip.intent, otherEip.intent, gone.intent),
        traffic: [...gone.inForce],
      },
      {
        name: "killed-while-deleting",
        operations: [
          orderExec(node, eip.address, { kind: "hold" }),
          remove(gone.object),
          untilReached(node, eip.address),
          kill(node),
          releaseExec(node, eip.address),
        ],
        expect: [],
      },
      {
        name: "engine-started",
        operations: [apply(fresh.object), start(node)],
        expect: [...absent(gone.intent), ...present(eip.intent, otherEip.intent, fresh.intent)],
        traffic: [...gone.notInForce, ...fresh.inForce],
      },
    ];
  },
  canary: gatewayCanary,
};
