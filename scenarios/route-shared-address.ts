import type { Scenario } from "../harness/model/scenario.ts";
import { newRoute, newRouteOfSameAddress, routeCanary } from "./building/route.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** The route is there for whoever still has the address, whichever of the two lets go of it first. */
export const scenario: Scenario = {
  name: "route-shared-address",
  title: "The route to an address of two services stays until neither needs it",
  feature: "route-table",
  nodes: 1,
  settings: {},
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/823",
    "https://github.com/kube-vip/kube-vip/pull/838",
  ],
  steps(world) {
    const [node] = world.nodes;
    const emptied = newRoute(world, "emptied", node);
    const other = newRouteOfSameAddress(world, "other", emptied, node);
    const [marker, late] = [newRoute(world, "marker", node), newRoute(world, "late", node)];
    return [
      {
        name: "created",
        operations: [apply(emptied.object), apply(other.object)],
        expect: present(emptied.intent),
      },
      {
        name: "one-without-backends",
        // `marker` came last: where it is programmed, the engine has heard of the change before.
        operations: [apply({ ...emptied.object, backends: [] }), apply(marker.object)],
        expect: present(emptied.intent, marker.intent),
      },
      {
        name: "other-deleted",
        operations: [apply(emptied.object), remove(other.object), apply(late.object)],
        expect: present(emptied.intent, marker.intent, late.intent),
      },
      {
        name: "both-deleted",
        operations: [remove(emptied.object)],
        expect: [...absent(emptied.intent), ...present(marker.intent, late.intent)],
      },
    ];
  },
  canary: routeCanary,
};
