import type { Scenario } from "../harness/model/scenario.ts";
import { newRoute, routeCanary } from "./building/route.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

/** The service is gone when the engine comes back, and nothing in the API speaks of it any more. */
export const scenario: Scenario = {
  name: "route-service-deleted-while-down",
  title: "The route of a service that was deleted while the engine was down is removed at its start",
  feature: "route-table",
  nodes: 1,
  settings: {},
  sources: ["https://github.com/kube-vip/kube-vip/issues/762"],
  steps(world) {
    const [node] = world.nodes;
    const gone = newRoute(world, "gone", node);
    const kept = newRoute(world, "kept", node);
    const fresh = newRoute(world, "fresh", node);
    return [
      {
        name: "created",
        operations: [apply(gone.object), apply(kept.object)],
        expect: present(gone.intent, kept.intent),
      },
      {
        name: "deleted-while-down",
        operations: [kill(node), remove(gone.object), apply(fresh.object)],
        expect: [],
      },
      {
        name: "engine-started",
        operations: [start(node)],
        // The route of `kept` outlived the engine; that of `fresh` shows that it has synced.
        expect: [...present(fresh.intent, kept.intent), ...absent(gone.intent)],
      },
    ];
  },
  canary: routeCanary,
};
