import type { Scenario } from "../harness/model/scenario.ts";
import { egressCanary, egressSettings, newEgress, newEgressOfSameAddress } from "./building/egress.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** The address lives on with the other service: whatever names the pod of the first has to go all the same. */
export const scenario: Scenario = {
  name: "egress-shared-address",
  title: "Of two services with one address the one that goes takes its own rules along, and no others",
  feature: "egress",
  nodes: 1,
  settings: egressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/823",
    "https://github.com/kube-vip/kube-vip/blob/v0.8.4/pkg/manager/services.go",
  ],
  steps(world) {
    const [node] = world.nodes;
    const gone = newEgress(world, "gone", node);
    const kept = newEgressOfSameAddress(world, "kept", gone, node);
    return [
      {
        name: "created",
        operations: [apply(gone.object), apply(kept.object)],
        expect: present(gone.intent, kept.intent),
        traffic: [gone.rewritten, kept.rewritten],
      },
      {
        name: "one-deleted",
        operations: [remove(gone.object)],
        expect: [...absent(gone.intent), ...present(kept.intent)],
        traffic: [gone.untouched, kept.rewritten],
      },
      {
        name: "both-deleted",
        operations: [remove(kept.object)],
        expect: absent(gone.intent, kept.intent),
        traffic: [gone.untouched, kept.untouched],
      },
    ];
  },
  canary: egressCanary,
};
