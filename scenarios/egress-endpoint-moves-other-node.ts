import type { Scenario } from "../harness/model/scenario.ts";
import { egressCanary, egressSettings, movedTo, newEgress } from "./building/egress.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** The pod comes back on another node: the first must forget it, the second must take over. */
export const scenario: Scenario = {
  name: "egress-endpoint-moves-other-node",
  title: "Egress rules move with the pod to another node",
  feature: "egress",
  needs: ["leader-election"],
  nodes: 2,
  settings: egressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/966",
    "https://github.com/kube-vip/kube-vip/issues/627",
  ],
  steps(world) {
    const [first, second = first] = world.nodes;
    const old = newEgress(world, "egress", first);
    const next = movedTo(world, old, second);
    const elsewhere = { ...old.intent, node: second.name };
    return [
      {
        name: "created",
        operations: [apply(old.object)],
        expect: [...present(old.intent), ...absent(elsewhere)],
        traffic: [old.rewritten, next.untouched],
      },
      {
        name: "endpoint-moved",
        operations: [apply(next.object)],
        expect: [...present(next.intent), ...absent(old.intent, elsewhere)],
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
