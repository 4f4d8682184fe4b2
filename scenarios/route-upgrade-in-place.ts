import type { Scenario } from "../harness/model/scenario.ts";
import { newRoute, routeCanary } from "./building/route.ts";
import { absent, apply, present, remove, upgrade } from "./building/steps.ts";

/** The route of `kept` was made by the version before, perhaps with another protocol number. */
export const scenario: Scenario = {
  name: "route-upgrade-in-place",
  title: "After an upgrade in place routes are those of a fresh installation",
  feature: "route-table",
  nodes: 1,
  settings: { leaderElection: true },
  upgrades: true,
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/762",
    "https://github.com/kube-vip/kube-vip/pull/763",
  ],
  steps(world) {
    const [node] = world.nodes;
    const kept = newRoute(world, "kept", node);
    const fresh = newRoute(world, "fresh", node);
    return [
      { name: "created", operations: [apply(kept.object)], expect: present(kept.intent) },
      {
        name: "upgraded",
        operations: [upgrade(node), apply(fresh.object)],
        expect: present(kept.intent, fresh.intent),
      },
      {
        name: "deleted",
        operations: [remove(kept.object)],
        expect: [...present(fresh.intent), ...absent(kept.intent)],
      },
    ];
  },
  canary: routeCanary,
};
