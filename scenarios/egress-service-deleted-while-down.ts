import type { Scenario } from "../harness/model/scenario.ts";
import { egressCanary, egressSettings, newEgress } from "./building/egress.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

/** The deletion happens while nobody watches: only a look at what is really there can find the rules. */
export const scenario: Scenario = {
  name: "egress-service-deleted-while-down",
  title: "Egress rules of a service that was deleted while the engine was down are swept at its start",
  feature: "egress",
  nodes: 1,
  settings: egressSettings,
  sources: ["https://github.com/kube-vip/kube-vip/issues/966"],
  steps(world) {
    const [node] = world.nodes;
    const gone = newEgress(world, "gone", node);
    const kept = newEgress(world, "kept", node);
    const fresh = newEgress(world, "fresh", node);
    return [
      {
        name: "created",
        operations: [apply(gone.object), apply(kept.object)],
        expect: present(gone.intent, kept.intent),
        traffic: [gone.rewritten, kept.rewritten],
      },
      {
        name: "deleted-while-down",
        operations: [kill(node), remove(gone.object), apply(fresh.object)],
        expect: [],
      },
      {
        name: "engine-started",
        operations: [start(node)],
        // The rules of `kept` outlived the engine; those of `fresh` show that it has synced.
        expect: [...present(fresh.intent, kept.intent), ...absent(gone.intent)],
        traffic: [fresh.rewritten, kept.rewritten, gone.untouched],
      },
    ];
  },
  canary: egressCanary,
};
