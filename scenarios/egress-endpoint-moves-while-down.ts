import type { Scenario } from "../harness/model/scenario.ts";
import { egressCanary, egressSettings, movedTo, newEgress } from "./building/egress.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

/** What was written down about the old pod, in rules or in annotations, is all that a new process finds of it. */
export const scenario: Scenario = {
  name: "egress-endpoint-moves-while-down",
  title: "Egress rules of a pod that was replaced while the engine was down are swept at its start",
  feature: "egress",
  nodes: 1,
  settings: egressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/966",
    "https://github.com/kube-vip/kube-vip/issues/1413",
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
        traffic: [old.rewritten],
      },
      { name: "moved-while-down", operations: [kill(node), apply(next.object)], expect: [] },
      {
        name: "engine-started",
        operations: [start(node)],
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
