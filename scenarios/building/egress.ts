import type { Backend, EgressPort, FeatureObject } from "../../harness/model/objects.ts";
import type {
  Intent,
  NodeRef,
  Scenario,
  Settings,
  TrafficCheck,
  World,
} from "../../harness/model/scenario.ts";

type EgressService = Extract<FeatureObject, { kind: "egress-service" }>;

/** Pod and service network of the cluster, as an operator configures them. */
export const clusterCidrs = { pod: "10.244.0.0/16", service: "10.97.0.0/16" } as const;
export const clusterCidrs6 = { pod: "fd00:10:244::/48", service: "fd00:10:97::/112" } as const;

/** What engines assume where nobody tells them the networks: a rule for one of these is one that nobody asked for. */
export const assumedCidrs = ["10.0.0.0/16", "10.96.0.0/12"] as const;

/** Per-service election, as in the reports that these scenarios come from; engines without election run as they are. */
export const egressSettings: Settings = { egressCidrs: clusterCidrs, leaderElection: true };

/** A pod, the node that it runs on, and the VIP that its traffic leaves with. */
export interface Egress {
  readonly pod: string;
  readonly object: EgressService;
  readonly intent: Intent;
  /** The pod's traffic leaves with the VIP. */
  readonly rewritten: TrafficCheck;
  /** The pod's traffic leaves with its own address. */
  readonly untouched: TrafficCheck;
}

function backend(node: NodeRef, address: string): Backend {
  return { node: node.name, address };
}

/** Egress of `pod` on `node` by way of `object`, which has it as its only backend. */
export function egressBy(object: Omit<EgressService, "backends">, node: NodeRef, pod: string): Egress {
  const check = { kind: "egress", node: node.name, pod } as const;
  return {
    pod,
    object: { ...object, backends: [backend(node, pod)] },
    intent: { kind: "egress", node: node.name, pod, vip: object.vip },
    rewritten: { ...check, expectSource: object.vip },
    untouched: { ...check, expectSource: pod },
  };
}

/** An egress service with one pod on `node`, every value fresh. */
export function newEgress(world: World, prefix: string, node: NodeRef, family: 4 | 6 = 4): Egress {
  const object = { kind: "egress-service", name: world.name(prefix), vip: world.vip(family) } as const;
  return egressBy(object, node, world.pod(node, family));
}

/** The same service after its only pod was replaced by a fresh one on `node`. */
export function movedTo(world: World, egress: Egress, node: NodeRef, family: 4 | 6 = 4): Egress {
  return egressBy(egress.object, node, world.pod(node, family));
}

/** The same service with the same pod, after its VIP was replaced by a fresh one. */
export function readdressed(world: World, egress: Egress, node: NodeRef): Egress {
  return egressBy({ ...egress.object, vip: world.vip() }, node, egress.pod);
}

/** A second service with the VIP of the first, for a pod of its own. */
export function newEgressOfSameAddress(
  world: World,
  prefix: string,
  { object: { vip } }: Egress,
  node: NodeRef,
): Egress {
  return egressBy({ kind: "egress-service", name: world.name(prefix), vip }, node, world.pod(node));
}

/** What shows that packets to `ports` leave with the VIP, one intent a port. */
export function egressPorts(egress: Egress, node: NodeRef, ports: readonly EgressPort[]): readonly Intent[] {
  const { pod, object } = egress;
  return ports.map((port) => ({ kind: "egress-port", node: node.name, pod, vip: object.vip, ...port }));
}

/** A second service with a VIP of its own for the same pod. */
export function newEgressOfSamePod(world: World, prefix: string, egress: Egress, node: NodeRef): Egress {
  const object = { kind: "egress-service", name: world.name(prefix), vip: world.vip() } as const;
  return egressBy(object, node, egress.pod);
}

export function exempt(node: NodeRef, ...cidrs: readonly string[]): readonly Intent[] {
  return cidrs.map((cidr) => ({ kind: "egress-exempt", node: node.name, cidr }));
}

/** A fresh egress service on the first node. */
export function egressCanary(world: World, family: 4 | 6 = 4): ReturnType<Scenario["canary"]> {
  const { object, intent } = newEgress(world, "canary", world.nodes[0], family);
  return { object, expect: [intent] };
}
