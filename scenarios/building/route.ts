import type { FeatureObject } from "../../harness/model/objects.ts";
import type { Intent, NodeRef, Scenario, World } from "../../harness/model/scenario.ts";

type RoutedService = Extract<FeatureObject, { kind: "routed-service" }>;

/** A service whose VIP is announced by a route on the node of its only pod. */
export interface Routed {
  readonly object: RoutedService;
  readonly intent: Extract<Intent, { kind: "route" }>;
}

/** A service of the given name with one fresh pod on `node` and a fresh VIP. */
export function newRouteNamed(world: World, name: string, node: NodeRef, table?: number): Routed {
  const vip = world.vip();
  const backends = [{ node: node.name, address: world.pod(node) }];
  return {
    object: { kind: "routed-service", name, vip, backends },
    intent: { kind: "route", node: node.name, vip, ...(table === undefined ? {} : { table }) },
  };
}

/** A service with one pod on `node`, every value fresh. */
export function newRoute(world: World, prefix: string, node: NodeRef, table?: number): Routed {
  return newRouteNamed(world, world.name(prefix), node, table);
}

/** The same service, with its pod, after its VIP was replaced by a fresh one. */
export function readdressed(world: World, { object, intent }: Routed): Routed {
  const vip = world.vip();
  return { object: { ...object, vip }, intent: { ...intent, vip } };
}

/** The same service after its only pod was replaced by a fresh one on `node`. */
export function movedTo(world: World, { object, intent }: Routed, node: NodeRef): Routed {
  const backends = [{ node: node.name, address: world.pod(node) }];
  return { object: { ...object, backends }, intent: { ...intent, node: node.name } };
}

/** A second service with the VIP of the first, with a pod of its own on the same node. */
export function newRouteOfSameAddress(
  world: World,
  prefix: string,
  { object: { vip }, intent }: Routed,
  node: NodeRef,
): Routed {
  const backends = [{ node: node.name, address: world.pod(node) }];
  return { object: { kind: "routed-service", name: world.name(prefix), vip, backends }, intent };
}

/** A fresh routed service on the first node. */
export function routeCanary(world: World): ReturnType<Scenario["canary"]> {
  const { object, intent } = newRoute(world, "canary", world.nodes[0]);
  return { object, expect: [intent] };
}
