import type { Scenario } from "../harness/model/scenario.ts";
import { egressCanary, egressSettings, newEgress } from "./building/egress.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** Nothing is deleted: address, annotations and endpoints are what they were, and only the type says that it is over. */
export const scenario: Scenario = {
  name: "egress-type-changed",
  title: "Egress ends when the type of its service becomes ClusterIP, and comes back with it",
  feature: "egress",
  nodes: 1,
  settings: egressSettings,
  sources: ["https://github.com/kube-vip/kube-vip/issues/1700"],
  steps(world) {
    const [node] = world.nodes;
    const kept = newEgress(world, "kept", node);
    const typed = newEgress(world, "typed", node);
    const fresh = newEgress(world, "fresh", node);
    return [
      {
        name: "created",
        operations: [apply(kept.object), apply(typed.object)],
        expect: present(kept.intent, typed.intent),
        traffic: [kept.rewritten, typed.rewritten],
      },
      {
        name: "type-changed",
        operations: [apply({ ...typed.object, isInternal: true }), apply(fresh.object)],
        expect: [...present(kept.intent, fresh.intent), ...absent(typed.intent)],
        traffic: [kept.rewritten, typed.untouched],
      },
      {
        name: "type-changed-back",
        operations: [apply(typed.object)],
        expect: present(kept.intent, fresh.intent, typed.intent),
        traffic: [kept.rewritten, typed.rewritten],
      },
      {
        name: "deleted",
        operations: [remove(typed.object)],
        expect: [...present(kept.intent, fresh.intent), ...absent(typed.intent)],
        traffic: [kept.rewritten, typed.untouched],
      },
    ];
  },
  canary: egressCanary,
};
