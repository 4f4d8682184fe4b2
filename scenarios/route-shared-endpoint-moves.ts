import type { Scenario } from "../harness/model/scenario.ts";
import { movedTo, newRoute, routeCanary } from "./building/route.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** One pod; one of its services has a twin with the same address, which is no reason for the node that the pod has left to keep the route. */
export const scenario: Scenario = {
  name: "route-shared-endpoint-moves",
  title: "The routes of two services move with the pod that they share",
  feature: "route-table",
  needs: ["leader-election"],
  nodes: 2,
  settings: { leaderElection: true },
  sources: [
    "https://github.com/kube-vip/kube-vip/pull/1111",
    "https://github.com/kube-vip/kube-vip/issues/627",
  ],
  steps(world) {
    const [first, second = first] = world.nodes;
    const one = newRoute(world, "one", first);
    const alone = newRoute(world, "other", first);
    const other = { ...alone, object: { ...alone.object, backends: one.object.backends } };
    // Each of the two that have one address may take the other for a reason to keep the route.
    const twin = { ...one.object, name: world.name("twin") };
    const moved = movedTo(world, one, second);
    const { backends } = moved.object;
    const otherMoved = {
      object: { ...other.object, backends },
      intent: { ...other.intent, node: second.name },
    };
    return [
      {
        name: "created",
        operations: [apply(one.object), apply(twin), apply(other.object)],
        expect: [...present(one.intent, other.intent), ...absent(moved.intent, otherMoved.intent)],
      },
      {
        name: "endpoint-moved",
        operations: [apply(moved.object), apply({ ...twin, backends }), apply(otherMoved.object)],
        expect: [...present(moved.intent, otherMoved.intent), ...absent(one.intent, other.intent)],
      },
      {
        name: "address-deleted",
        operations: [remove(moved.object), remove(twin)],
        expect: [...present(otherMoved.intent), ...absent(moved.intent, one.intent, other.intent)],
      },
    ];
  },
  canary: routeCanary,
};
