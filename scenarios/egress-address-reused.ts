import type { Scenario } from "../harness/model/scenario.ts";
import { egressBy, egressCanary, egressSettings, movedTo, newEgress } from "./building/egress.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

/**
 * The address of a pod that is gone belongs to a pod of another service before anybody has looked. All that
 * a stale rule names is alive then: only packets, and the state itself, show that it is stale.
 */
export const scenario: Scenario = {
  name: "egress-address-reused",
  title: "A pod that got the address of another service's pod leaves with the address of its own service",
  feature: "egress",
  nodes: 1,
  settings: egressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/966",
    "https://github.com/kube-vip/kube-vip/issues/1413",
  ],
  steps(world) {
    const [node] = world.nodes;
    const first = newEgress(world, "first", node);
    const moved = movedTo(world, first, node);
    const name = world.name("heir");
    const heir = egressBy({ kind: "egress-service", name, vip: world.vip() }, node, first.pod);
    return [
      {
        name: "created",
        operations: [apply(first.object)],
        expect: present(first.intent),
        traffic: [first.rewritten],
      },
      {
        name: "reused-while-down",
        operations: [kill(node), apply(moved.object), apply(heir.object)],
        expect: [],
      },
      {
        name: "engine-started",
        operations: [start(node)],
        // "Absent" of `first` would cover what it shares with its heir; the packet shows whose it is.
        expect: present(moved.intent, heir.intent),
        traffic: [moved.rewritten, heir.rewritten],
      },
      {
        name: "first-deleted",
        operations: [remove(moved.object)],
        expect: [...absent(moved.intent), ...present(heir.intent)],
        traffic: [moved.untouched, heir.rewritten],
      },
      {
        name: "heir-deleted",
        operations: [remove(heir.object)],
        expect: absent(heir.intent, moved.intent),
        traffic: [heir.untouched],
      },
    ];
  },
  canary: egressCanary,
};
