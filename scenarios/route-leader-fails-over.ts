import type { Scenario } from "../harness/model/scenario.ts";
import { movedTo, newRoute, routeCanary } from "./building/route.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

/** The address lives, on another node: the route of the one that led before it was lost draws its packets away. */
export const scenario: Scenario = {
  name: "route-leader-fails-over",
  title: "A node that led before it was lost comes back without its routes, and its successor keeps them",
  feature: "route-table",
  needs: ["leader-election"],
  nodes: 2,
  settings: { leaderElection: true },
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/627",
    "https://github.com/kube-vip/kube-vip/issues/762",
  ],
  steps(world) {
    const [first, second = first] = world.nodes;
    const old = newRoute(world, "led", first);
    const next = movedTo(world, old, second);
    const marker = newRoute(world, "marker", second);
    const fresh = newRoute(world, "fresh", first);
    return [
      {
        name: "first-leads",
        operations: [apply(old.object)],
        expect: [...present(old.intent), ...absent(next.intent)],
      },
      { name: "leader-lost", operations: [kill(first), apply(next.object)], expect: [] },
      {
        name: "successor-leads",
        operations: [apply(marker.object)],
        expect: present(next.intent, marker.intent),
      },
      {
        name: "leader-back",
        operations: [start(first), apply(fresh.object)],
        expect: [...present(next.intent, fresh.intent), ...absent(old.intent)],
      },
      {
        name: "deleted",
        operations: [remove(next.object)],
        expect: [...absent(next.intent, old.intent), ...present(fresh.intent)],
      },
    ];
  },
  canary: routeCanary,
};
