import { type FeatureObject, floatingIpProbePort } from "../../harness/model/objects.ts";
import type {
  ExecAct,
  Intent,
  NodeRef,
  Operation,
  Scenario,
  Settings,
  Step,
  TrafficCheck,
  World,
} from "../../harness/model/scenario.ts";
import { absent, apply, present, remove } from "./steps.ts";

type Of<K extends FeatureObject["kind"]> = Extract<FeatureObject, { kind: K }>;

export const gatewaySettings: Settings = { natGateway: true };

/** An object of a gateway, what it is for, and packets that show whether it is in force. */
interface GatewayRule<K extends FeatureObject["kind"]> {
  readonly object: Of<K>;
  readonly intent: Intent;
  readonly inForce: readonly TrafficCheck[];
  readonly notInForce: readonly TrafficCheck[];
}

export interface ElasticIp {
  readonly address: string;
  readonly object: Of<"elastic-ip">;
  readonly intent: Intent;
}

export function newElasticIp(world: World, prefix: string, node: NodeRef): ElasticIp {
  const address = world.vip();
  return {
    address,
    object: { kind: "elastic-ip", name: world.name(prefix), node: node.name, address },
    intent: { kind: "elastic-ip", node: node.name, address },
  };
}

function inbound(node: NodeRef, address: string, port: number, backends: readonly string[]): TrafficCheck {
  return { kind: "inbound", node: node.name, address, port, backends };
}

function leaves(node: NodeRef, pod: string, expectSource: string): TrafficCheck {
  return { kind: "egress", node: node.name, pod, expectSource };
}

export function newFloatingIp(
  world: World,
  prefix: string,
  node: NodeRef,
  { address, object }: ElasticIp,
  pod: string = world.pod(node),
): GatewayRule<"floating-ip"> {
  const at = { node: node.name, pod };
  return {
    object: { kind: "floating-ip", name: world.name(prefix), elasticIp: object.name, ...at },
    intent: { kind: "floating-ip", address, ...at },
    inForce: [inbound(node, address, floatingIpProbePort, [pod]), leaves(node, pod, address)],
    notInForce: [inbound(node, address, floatingIpProbePort, []), leaves(node, pod, pod)],
  };
}

/** Source NAT of one pod: its address is named by nothing else. */
export function newSourceNat(
  world: World,
  prefix: string,
  node: NodeRef,
  { address, object }: ElasticIp,
): GatewayRule<"source-nat"> {
  const pod = world.pod(node);
  const at = { node: node.name, cidr: `${pod}/32` };
  return {
    object: { kind: "source-nat", name: world.name(prefix), elasticIp: object.name, ...at },
    intent: { kind: "source-nat", address, ...at },
    inForce: [leaves(node, pod, address)],
    notInForce: [leaves(node, pod, pod)],
  };
}

export function newPortForward(
  world: World,
  prefix: string,
  node: NodeRef,
  { address, object }: ElasticIp,
): GatewayRule<"port-forward"> {
  const at = { node: node.name, pod: world.pod(node), port: 8443, podPort: 8080 };
  return {
    object: { kind: "port-forward", name: world.name(prefix), elasticIp: object.name, ...at },
    intent: { kind: "port-forward", address, ...at },
    inForce: [inbound(node, address, at.port, [at.pod])],
    notInForce: [inbound(node, address, at.port, [])],
  };
}

/** Connections that last, of a floating address and its pod: how they come about, and what shows them. */
export function flowsOf(
  node: NodeRef,
  { address }: ElasticIp,
  { object: { pod } }: GatewayRule<"floating-ip">,
): { readonly plant: Operation; readonly intent: Intent } {
  const at = { node: node.name, address, pod };
  return { plant: { op: "plant-flows", ...at }, intent: { kind: "flows", ...at } };
}

/** What becomes of the next exec that names `about`, and the wait until it has come to that. */
export function orderExec(node: NodeRef, about: string, act: ExecAct): Operation {
  return { op: "exec-order", node: node.name, about, act };
}

export function untilReached(node: NodeRef, about: string): Operation {
  return { op: "exec-reached", node: node.name, about };
}

export function releaseExec(node: NodeRef, about: string): Operation {
  return { op: "exec-release", node: node.name, about };
}

/** A floating address with an elastic one of its own. */
export const gatewayCanary: Scenario["canary"] = (world) => {
  const [node] = world.nodes;
  const elastic = newElasticIp(world, "canary-eip", node);
  const { object, intent } = newFloatingIp(world, "canary", node, elastic);
  return { needs: [elastic.object], object, expect: [intent] };
};

/**
 * The steps of a scenario in which an object is deleted while an exec about it is where `act` wants it,
 * beside a floating address that stays.
 *
 * @param during - name of the step of the deletion
 */
export function deletedDuringExec<K extends "floating-ip" | "source-nat" | "port-forward">(
  world: World,
  during: string,
  act: ExecAct,
  newRule: (node: NodeRef, elastic: ElasticIp) => GatewayRule<K>,
): readonly Step[] {
  const [node] = world.nodes;
  const eip = newElasticIp(world, "eip", node);
  const keptEip = newElasticIp(world, "kept-eip", node);
  const kept = newFloatingIp(world, "kept", node, keptEip);
  const gone = newRule(node, eip);
  return [
    {
      name: "created",
      operations: [apply(eip.object), apply(keptEip.object), apply(kept.object)],
      expect: present(eip.intent, keptEip.intent, kept.intent),
      traffic: [...kept.inForce],
    },
    {
      name: during,
      operations: [
        orderExec(node, eip.address, act),
        apply(gone.object),
        untilReached(node, eip.address),
        remove(gone.object),
        releaseExec(node, eip.address),
      ],
      expect: [...absent(gone.intent), ...present(kept.intent)],
      traffic: [...gone.notInForce, ...kept.inForce],
    },
  ];
}
