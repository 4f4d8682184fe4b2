import type { Scenario } from "../harness/model/scenario.ts";
import { egressCanary, egressSettings, newEgress } from "./building/egress.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** Who acts on what it was told a moment ago programs for a service that is gone, and is never told again. */
export const scenario: Scenario = {
  name: "egress-created-and-deleted-at-once",
  title: "A service that goes while the engine still works on it leaves nothing",
  feature: "egress",
  nodes: 1,
  settings: egressSettings,
  sources: [
    "https://github.com/kubeovn/kube-ovn/issues/5115",
    "https://github.com/kube-vip/kube-vip/issues/1579",
  ],
  steps(world) {
    const [node] = world.nodes;
    const kept = newEgress(world, "kept", node);
    const gone = newEgress(world, "gone", node);
    const fresh = newEgress(world, "fresh", node);
    return [
      {
        name: "created",
        operations: [apply(kept.object)],
        expect: present(kept.intent),
        traffic: [kept.rewritten],
      },
      {
        name: "created-and-deleted",
        operations: [apply(gone.object), remove(gone.object), apply(fresh.object)],
        // `fresh` came last: where it is programmed, the engine has heard of the end of `gone`.
        expect: [...present(fresh.intent, kept.intent), ...absent(gone.intent)],
        traffic: [fresh.rewritten, gone.untouched],
      },
      {
        name: "all-deleted",
        operations: [remove(fresh.object), remove(kept.object)],
        expect: absent(fresh.intent, kept.intent, gone.intent),
        traffic: [fresh.untouched, gone.untouched],
      },
    ];
  },
  canary: egressCanary,
};
