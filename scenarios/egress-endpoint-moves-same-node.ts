import type { Scenario } from "../harness/model/scenario.ts";
import { egressCanary, egressSettings, movedTo, newEgress } from "./building/egress.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** The pod of an egress service is replaced by another on the same node, as in every rollout. */
export const scenario: Scenario = {
  name: "egress-endpoint-moves-same-node",
  title: "Egress rules follow the pod when it is replaced on its node",
  feature: "egress",
  nodes: 1,
  settings: egressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/966",
    "https://github.com/kube-vip/kube-vip/pull/970",
  ],
  steps(world) {
    const [node] = world.nodes;
    const old = newEgress(world, "egress", node);
    const next = movedTo(world, old, node);
    return [
      {
        name: "created",
        operations: [apply(old.object)],
        expect: present(old.intent),
        traffic: [old.rewritten, next.untouched],
      },
      {
        name: "endpoint-moved",
        operations: [apply(next.object)],
        expect: [...present(next.intent), ...absent(old.intent)],
        traffic: [next.rewritten, old.untouched],
      },
      {
        name: "deleted",
        operations: [remove(next.object)],
        expect: absent(next.intent, old.intent),
        traffic: [next.untouched, old.untouched],
      },
    ];
  },
  canary: egressCanary,
};
