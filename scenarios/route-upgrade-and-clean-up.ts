import type { Scenario } from "../harness/model/scenario.ts";
import { newRoute, routeCanary } from "./building/route.ts";
import { absent, apply, cleanByHand, present, remove, terminate, upgrade } from "./building/steps.ts";

/** What users are told to do before an upgrade: routes that the version before has left are taken away by hand. */
export const scenario: Scenario = {
  name: "route-upgrade-and-clean-up",
  title: "After an upgrade with a clean-up by hand before it routes are those of a fresh installation",
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
    const gone = newRoute(world, "gone", node);
    const fresh = newRoute(world, "fresh", node);
    return [
      {
        name: "created",
        operations: [apply(kept.object), apply(gone.object)],
        expect: present(kept.intent, gone.intent),
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
      },
      {
        name: "deleted",
        operations: [remove(kept.object)],
        expect: [...present(fresh.intent), ...absent(kept.intent, gone.intent)],
      },
    ];
  },
  canary: routeCanary,
};
