import type { Scenario } from "../harness/model/scenario.ts";
import { egressCanary, egressSettings, movedTo, newEgress } from "./building/egress.ts";
import { absent, apply, present, remove, upgrade } from "./building/steps.ts";

/** The pod moves after the upgrade: what the version before has written has to go by the hand of the new one. */
export const scenario: Scenario = {
  name: "egress-upgrade-in-place",
  title: "After an upgrade in place egress rules are those of a fresh installation",
  feature: "egress",
  nodes: 1,
  settings: egressSettings,
  upgrades: true,
  sources: ["https://github.com/kube-vip/kube-vip/issues/966"],
  steps(world) {
    const [node] = world.nodes;
    const kept = newEgress(world, "kept", node);
    const old = newEgress(world, "moved", node);
    const next = movedTo(world, old, node);
    const fresh = newEgress(world, "fresh", node);
    return [
      {
        name: "created",
        operations: [apply(kept.object), apply(old.object)],
        expect: present(kept.intent, old.intent),
        traffic: [kept.rewritten, old.rewritten],
      },
      {
        name: "upgraded",
        operations: [upgrade(node), apply(fresh.object)],
        expect: present(kept.intent, old.intent, fresh.intent),
        traffic: [kept.rewritten, old.rewritten, fresh.rewritten],
      },
      {
        name: "moved",
        operations: [apply(next.object)],
        expect: [...present(kept.intent, next.intent, fresh.intent), ...absent(old.intent)],
        traffic: [next.rewritten, old.untouched],
      },
      {
        name: "deleted",
        operations: [remove(kept.object), remove(next.object)],
        expect: [...present(fresh.intent), ...absent(kept.intent, next.intent)],
        traffic: [kept.untouched, next.untouched, fresh.rewritten],
      },
    ];
  },
  canary: egressCanary,
};
