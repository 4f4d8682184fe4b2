import type { Scenario } from "../harness/model/scenario.ts";
import { newRoute, newRouteNamed, routeCanary } from "./building/route.ts";
import { absent, apply, kill, present, remove, start } from "./building/steps.ts";

/** Same name, other address: the engine finds a service that it seems to know, and a route that nobody has. */
export const scenario: Scenario = {
  name: "route-service-recreated-while-down",
  title: "The route to the old address of a service that was recreated while the engine was down is removed",
  feature: "route-table",
  nodes: 1,
  settings: {},
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/762",
    "https://github.com/kube-vip/kube-vip/pull/763",
  ],
  steps(world) {
    const [node] = world.nodes;
    const old = newRoute(world, "routed", node);
    const kept = newRoute(world, "kept", node);
    const next = newRouteNamed(world, old.object.name, node);
    return [
      {
        name: "created",
        operations: [apply(kept.object), apply(old.object)],
        expect: present(old.intent, kept.intent),
      },
      {
        name: "recreated-while-down",
        operations: [kill(node), remove(old.object), apply(next.object)],
        expect: [],
      },
      {
        name: "engine-started",
        operations: [start(node)],
        expect: [...present(next.intent, kept.intent), ...absent(old.intent)],
      },
    ];
  },
  canary: routeCanary,
};
