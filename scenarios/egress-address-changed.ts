import type { Scenario } from "../harness/model/scenario.ts";
import { egressCanary, egressSettings, newEgress, readdressed } from "./building/egress.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** The Service stays, its pod stays, and the address that all rules are about is another one. */
export const scenario: Scenario = {
  name: "egress-address-changed",
  title: "A service whose address is changed in place leaves with the new one alone",
  feature: "egress",
  nodes: 1,
  settings: egressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/574",
    "https://github.com/kube-vip/kube-vip/issues/953",
    "https://github.com/kube-vip/kube-vip/issues/998",
  ],
  steps(world) {
    const [node] = world.nodes;
    const kept = newEgress(world, "kept", node);
    const old = newEgress(world, "changed", node);
    const next = readdressed(world, old, node);
    return [
      {
        name: "created",
        operations: [apply(kept.object), apply(old.object)],
        expect: present(kept.intent, old.intent),
        traffic: [kept.rewritten, old.rewritten],
      },
      {
        name: "address-changed",
        operations: [apply(next.object)],
        // "Absent" of `old` would cover what both share; its VIP is retired, and the packet shows the new one.
        expect: present(kept.intent, next.intent),
        traffic: [kept.rewritten, next.rewritten],
      },
      {
        name: "deleted",
        operations: [remove(next.object)],
        expect: [...present(kept.intent), ...absent(next.intent, old.intent)],
        traffic: [kept.rewritten, next.untouched],
      },
    ];
  },
  canary: egressCanary,
};
