import type { FeatureObject } from "../../harness/model/objects.ts";
import type { Intent, NodeRef, Scenario, Settings, World } from "../../harness/model/scenario.ts";

type AddressService = Extract<FeatureObject, { kind: "address-service" }>;

/** One leader a service among the nodes that have a pod of it. */
export const addressSettings: Settings = { serviceAddresses: true, leaderElection: true };

/** In no network that nodes, pods and services have theirs from: settings are no draw of the world. */
export const controlPlaneVip = "172.30.255.250";

/** A service whose VIP one node holds, on the interface that faces the cluster. */
export interface Addressed {
  readonly object: AddressService;
  /** The node of its first pod holds it. */
  readonly intent: Intent;
}

/** A node holds a VIP. */
export function holds(node: NodeRef, vip: string): Intent {
  return { kind: "address", node: node.name, vip };
}

/** A service of the given VIP with a fresh pod on each of these nodes. */
export function addressedBy(
  world: World,
  name: string,
  vip: string,
  nodes: readonly [NodeRef, ...NodeRef[]],
): Addressed {
  const backends = nodes.map((node) => ({ node: node.name, address: world.pod(node) }));
  return {
    object: { kind: "address-service", name, vip, backends },
    intent: holds(nodes[0], vip),
  };
}

/** A service with one pod on `node`, every value fresh. */
export function newAddress(world: World, prefix: string, node: NodeRef): Addressed {
  return addressedBy(world, world.name(prefix), world.vip(), [node]);
}

/** The same service with a fresh pod on each of these nodes in place of those that it had. */
export function movedTo(
  world: World,
  { object }: Addressed,
  nodes: readonly [NodeRef, ...NodeRef[]],
): Addressed {
  return addressedBy(world, object.name, object.vip, nodes);
}

/** A fresh service on the first node. */
export function addressCanary(world: World): ReturnType<Scenario["canary"]> {
  const { object, intent } = newAddress(world, "canary", world.nodes[0]);
  return { object, expect: [intent] };
}
