import type { Scenario } from "../harness/model/scenario.ts";
import { newRoute, readdressed, routeCanary } from "./building/route.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** The Service stays, and the address that its route leads to is another one. */
export const scenario: Scenario = {
  name: "route-address-changed",
  title: "The route of a service whose address is changed in place leads to the new one alone",
  feature: "route-table",
  nodes: 1,
  settings: {},
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/574",
    "https://github.com/kube-vip/kube-vip/issues/953",
    "https://github.com/kube-vip/kube-vip/issues/998",
  ],
  steps(world) {
    const [node] = world.nodes;
    const kept = newRoute(world, "kept", node);
    const old = newRoute(world, "changed", node);
    const next = readdressed(world, old);
    return [
      {
        name: "created",
        operations: [apply(kept.object), apply(old.object)],
        expect: present(kept.intent, old.intent),
      },
      {
        name: "address-changed",
        operations: [apply(next.object)],
        expect: [...present(kept.intent, next.intent), ...absent(old.intent)],
      },
      {
        name: "deleted",
        operations: [remove(next.object)],
        expect: [...present(kept.intent), ...absent(next.intent, old.intent)],
      },
    ];
  },
  canary: routeCanary,
};
