import type { Scenario } from "../harness/model/scenario.ts";
import { egressCanary, egressSettings, movedTo, newEgress } from "./building/egress.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

/**
 * The node that leads is lost with its pod, as a machine is, and comes back when another has long taken over: what
 * it finds in its kernel is of a time when it led.
 */
export const scenario: Scenario = {
  name: "egress-leader-fails-over",
  title: "A node that led before it was lost comes back without its rules, and its successor keeps them",
  feature: "egress",
  needs: ["leader-election"],
  nodes: 2,
  settings: egressSettings,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/966",
    "https://github.com/kube-vip/kube-vip/issues/895",
  ],
  steps(world) {
    const [first, second = first] = world.nodes;
    const old = newEgress(world, "led", first);
    const next = movedTo(world, old, second);
    const marker = newEgress(world, "marker", second);
    const fresh = newEgress(world, "fresh", first);
    return [
      {
        name: "first-leads",
        operations: [apply(old.object)],
        expect: [...present(old.intent), ...absent(next.intent)],
        traffic: [old.rewritten, next.untouched],
      },
      {
        name: "leader-lost",
        operations: [kill(first), apply(next.object)],
        expect: [],
      },
      {
        name: "successor-leads",
        operations: [apply(marker.object)],
        expect: present(next.intent, marker.intent),
        traffic: [next.rewritten, marker.rewritten],
      },
      {
        name: "leader-back",
        operations: [start(first), apply(fresh.object)],
        expect: [...present(next.intent, fresh.intent), ...absent(old.intent)],
        traffic: [next.rewritten, old.untouched, fresh.rewritten],
      },
      {
        name: "deleted",
        operations: [remove(next.object)],
        expect: [...absent(next.intent, old.intent), ...present(fresh.intent)],
        traffic: [next.untouched, old.untouched],
      },
    ];
  },
  canary: egressCanary,
};
