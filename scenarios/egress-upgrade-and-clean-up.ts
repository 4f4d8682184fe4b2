import type { Scenario } from "../harness/model/scenario.ts";
import { egressCanary, egressSettings, newEgress } from "./building/egress.ts";
import { absent, apply, cleanByHand, present, remove, terminate, upgrade } from "./building/steps.ts";

/** What users are told to do before an upgrade: rules that the version before has left are taken away by hand. */
export const scenario: Scenario = {
  name: "egress-upgrade-and-clean-up",
  title: "After an upgrade with a clean-up by hand before it egress rules are those of a fresh installation",
  feature: "egress",
  nodes: 1,
  settings: egressSettings,
  upgrades: true,
  sources: ["https://github.com/kube-vip/kube-vip/issues/966"],
  steps(world) {
    const [node] = world.nodes;
    const kept = newEgress(world, "kept", node);
    const gone = newEgress(world, "gone", node);
    const fresh = newEgress(world, "fresh", node);
    return [
      {
        name: "created",
        operations: [apply(kept.object), apply(gone.object)],
        expect: present(kept.intent, gone.intent),
        traffic: [kept.rewritten, gone.rewritten],
      },
      {
        name: "upgraded",
        operations: [
          terminate(node),
          remove(gone.object),
          cleanByHand(node),
          upgrade(node),
          apply(fresh.object),
        ],
        expect: [...present(kept.intent, fresh.intent), ...absent(gone.intent)],
        traffic: [kept.rewritten, fresh.rewritten, gone.untouched],
      },
      {
        name: "deleted",
        operations: [remove(kept.object)],
        expect: [...present(fresh.intent), ...absent(kept.intent, gone.intent)],
        traffic: [kept.untouched, fresh.rewritten],
      },
    ];
  },
  canary: egressCanary,
};
