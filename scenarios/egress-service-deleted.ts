import type { Scenario } from "../harness/model/scenario.ts";
import { egressCanary, egressSettings, newEgress } from "./building/egress.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** One of two egress services is deleted while the engine runs. */
export const scenario: Scenario = {
  name: "egress-service-deleted",
  title: "Egress rules go with their service",
  feature: "egress",
  nodes: 1,
  settings: egressSettings,
  sources: ["https://github.com/kube-vip/kube-vip/issues/966"],
  steps(world) {
    const [node] = world.nodes;
    const gone = newEgress(world, "gone", node);
    const kept = newEgress(world, "kept", node);
    return [
      {
        name: "created",
        operations: [apply(gone.object), apply(kept.object)],
        expect: present(gone.intent, kept.intent),
        traffic: [gone.rewritten, kept.rewritten],
      },
      {
        name: "deleted",
        operations: [remove(gone.object)],
        expect: [...absent(gone.intent), ...present(kept.intent)],
        traffic: [gone.untouched, kept.rewritten],
      },
    ];
  },
  canary: egressCanary,
};
