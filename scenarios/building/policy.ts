import type { FeatureObject, PolicyPod } from "../../harness/model/objects.ts";
import type {
  Intent,
  IptablesTables,
  NodeRef,
  Scenario,
  Settings,
  TrafficCheck,
  World,
} from "../../harness/model/scenario.ts";

type PodPolicy = Extract<FeatureObject, { kind: "pod-policy" }>;

const guardedPort = 8080;

export const policySettings: Settings = { networkPolicies: true };

/** A policy with its pods, all on one node, and clients that may come. */
export interface Policy {
  readonly object: PodPolicy;
  /** What is there as long as the policy and its pods are. */
  readonly intents: readonly Intent[];
}

/** A pod with a name and an address that nobody had. */
export function newPod(world: World, prefix: string, node: NodeRef): PolicyPod {
  const { name, ipv4 } = node;
  return { name: world.name(prefix), address: world.pod(node), node: name, hostAddress: ipv4 };
}

function guarded(pod: PolicyPod): Extract<Intent, { kind: "pod-guarded" }> {
  return { kind: "pod-guarded", node: pod.node, pod: pod.address };
}

function clientOn(node: string, client: PolicyPod): Intent {
  return { kind: "policy-client", node, client: client.address };
}

/** The policy `name` with these pods and clients. Every node of a pod knows all clients. */
export function policyOf(
  name: string,
  pods: readonly [PolicyPod, ...PolicyPod[]],
  clients: readonly PolicyPod[],
): Policy {
  const [{ node }] = pods;
  return {
    object: { kind: "pod-policy", name, pods, clients, port: guardedPort },
    intents: [...pods.map(guarded), ...clients.map((client) => clientOn(node, client))],
  };
}

/** A policy of two pods on `node` with one client on `from`, every value fresh. */
export function newPolicy(world: World, prefix: string, node: NodeRef, from: NodeRef = node): Policy {
  const name = world.name(prefix);
  const pods = [newPod(world, "pod", node), newPod(world, "pod", node)] as const;
  return policyOf(name, pods, [newPod(world, "client", from)]);
}

/** That the policy's pods are guarded by rules in these tables. */
export function guardedIn({ object: { pods } }: Policy, tables: IptablesTables): readonly Intent[] {
  return pods.map((pod) => ({ ...guarded(pod), tables }));
}

/** What of `before` is not in `after` any more. */
export function goneFrom(before: Policy, after: Policy): readonly Intent[] {
  const kept = new Set(after.intents.map((intent) => JSON.stringify(intent)));
  return before.intents.filter((intent) => !kept.has(JSON.stringify(intent)));
}

/** The chain for what comes in lets the network of the services through. */
export function inputExempt(world: World, node: NodeRef): Intent {
  return { kind: "input-exempt", node: node.name, cidr: world.serviceCidr };
}

/** A connection from a pod on another node to a pod of the policy. */
export function connection(from: PolicyPod, to: PolicyPod, isAllowed: boolean): TrafficCheck {
  return {
    kind: "policy",
    node: from.node,
    from: from.address,
    pod: to.address,
    port: guardedPort,
    isAllowed,
  };
}

/** A fresh policy on the first node. */
export function policyCanary(world: World): ReturnType<Scenario["canary"]> {
  const { object, intents } = newPolicy(world, "canary", world.nodes[0]);
  return { object, expect: intents };
}
