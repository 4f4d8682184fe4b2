import type { Scenario } from "../harness/model/scenario.ts";
import { egressCanary, egressSettings, newEgress, newEgressOfSamePod } from "./building/egress.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** Two services share what their pod needs: the one that goes must not take it along. */
export const scenario: Scenario = {
  name: "egress-two-services-one-pod",
  title: "Deleting one of two egress services of a pod keeps what the other needs",
  feature: "egress",
  nodes: 1,
  settings: egressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/823",
    "https://github.com/kube-vip/kube-vip/issues/966",
  ],
  steps(world) {
    const [node] = world.nodes;
    const gone = newEgress(world, "gone", node);
    const kept = newEgressOfSamePod(world, "kept", gone, node);
    return [
      {
        name: "created",
        operations: [apply(gone.object), apply(kept.object)],
        // Which of the two VIPs wins is nowhere defined, so no packet yet.
        expect: present(gone.intent, kept.intent),
      },
      {
        name: "one-deleted",
        operations: [remove(gone.object)],
        // "Absent" of `gone` would cover what both share; its VIP is retired, and the packet shows the other.
        expect: present(kept.intent),
        traffic: [kept.rewritten],
      },
      {
        name: "both-deleted",
        operations: [remove(kept.object)],
        expect: absent(gone.intent, kept.intent),
        traffic: [kept.untouched],
      },
    ];
  },
  canary: egressCanary,
};
