import type { Scenario } from "../harness/model/scenario.ts";
import { egressCanary, egressSettings, newEgress } from "./building/egress.ts";
import { apply, present, start, terminate } from "./building/steps.ts";

/** A drained node or an upgrade: SIGTERM while an egress service is in use. */
export const scenario: Scenario = {
  name: "egress-sigterm",
  title: "After SIGTERM the egress rules of live services are as the engine declares",
  feature: "egress",
  nodes: 1,
  settings: egressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/966",
    "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination",
  ],
  steps(world) {
    const [node] = world.nodes;
    const live = newEgress(world, "live", node);
    const fresh = newEgress(world, "fresh", node);
    return [
      {
        name: "created",
        operations: [apply(live.object)],
        expect: present(live.intent),
        traffic: [live.rewritten],
      },
      {
        name: "terminated",
        operations: [terminate(node)],
        // Whether the rules stay is the engine's declared exit policy, so no expectation of ours.
        expect: [],
      },
      {
        name: "engine-started",
        operations: [start(node), apply(fresh.object)],
        expect: present(live.intent, fresh.intent),
        traffic: [live.rewritten, fresh.rewritten],
      },
    ];
  },
  canary: egressCanary,
};
