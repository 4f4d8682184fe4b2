import type { Scenario } from "../harness/model/scenario.ts";
import { newRoute, routeCanary } from "./building/route.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** Nothing is deleted: address, annotations and endpoints are what they were, and only the type says that it is over. */
export const scenario: Scenario = {
  name: "route-type-changed",
  title: "The route of a service goes when its type becomes ClusterIP, and comes back with it",
  feature: "route-table",
  nodes: 1,
  settings: {},
  sources: ["https://github.com/kube-vip/kube-vip/issues/1700"],
  steps(world) {
    const [node] = world.nodes;
    const kept = newRoute(world, "kept", node);
    const typed = newRoute(world, "typed", node);
    const fresh = newRoute(world, "fresh", node);
    return [
      {
        name: "created",
        operations: [apply(kept.object), apply(typed.object)],
        expect: present(kept.intent, typed.intent),
      },
      {
        name: "type-changed",
        operations: [apply({ ...typed.object, isInternal: true }), apply(fresh.object)],
        expect: [...present(kept.intent, fresh.intent), ...absent(typed.intent)],
      },
      {
        name: "type-changed-back",
        operations: [apply(typed.object)],
        expect: present(kept.intent, fresh.intent, typed.intent),
      },
      {
        name: "deleted",
        operations: [remove(typed.object)],
        expect: [...present(kept.intent, fresh.intent), ...absent(typed.intent)],
      },
    ];
  },
  canary: routeCanary,
};
