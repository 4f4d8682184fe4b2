import type { ServicePort } from "../../harness/model/objects.ts";
import type {
  Expectation,
  Intent,
  NodeRef,
  Settings,
  Step,
  TrafficCheck,
  World,
} from "../../harness/model/scenario.ts";
import { httpPort, newService, nodePortsOf, type PlainService, portsOf } from "./service.ts";
import { absent, apply, present, remove } from "./steps.ts";

/** What Services come in at, in sets: that needs nothing of the kernel that not every node has. */
export const svipSettings: Settings = { serviceProxy: "sets" };

/** The one address that a pool has; of no network that nodes, pods or VIPs are in. */
const pooled = "172.29.0.7";
export const poolSettings: Settings = { ...svipSettings, addressPool: `${pooled}/32` };

const isIpv6 = (address: string): boolean => address.includes(":");

function addressOf(node: NodeRef, family: 4 | 6): string {
  return family === 4 ? node.ipv4 : node.ipv6;
}

/** A port in front with a fresh node port. */
export function nodePort(world: World, port: number = httpPort.port): ServicePort {
  return { ...httpPort, port, nodePort: world.nodePort() };
}

function serviceAddress(node: NodeRef, address: string): Intent {
  return { kind: "service-address", node: node.name, address };
}

/** The pool's address leads to a Service. */
export function pooledAddress(node: NodeRef): Intent {
  return serviceAddress(node, pooled);
}

/** The node knows that its address is its own. */
export function ownAddresses(node: NodeRef, ...families: readonly (4 | 6)[]): readonly Intent[] {
  return families.map((family) => ({
    kind: "own-address",
    node: node.name,
    address: addressOf(node, family),
  }));
}

/** Neighbours find the node, at both of its addresses. */
export function reached(...nodes: readonly NodeRef[]): readonly TrafficCheck[] {
  return nodes.flatMap((node) =>
    ([4, 6] as const).map((family) => ({
      kind: "reach" as const,
      node: node.name,
      address: addressOf(node, family),
    })),
  );
}

/** What is there for a Service alone: at its own addresses and from elsewhere, and its node ports. */
export function shownBy(service: PlainService, node: NodeRef): readonly Intent[] {
  const { clusterIp, otherClusterIp, externalIps = [] } = service;
  const own = [clusterIp, ...(otherClusterIp === undefined ? [] : [otherClusterIp])];
  const ports = own.flatMap((address) => {
    const backends = service.backends.filter((backend) => isIpv6(backend.address) === isIpv6(address));
    return portsOf({ ...service, clusterIp: address, backends }, node);
  });
  const addresses = [...own, ...externalIps].map((address) => serviceAddress(node, address));
  return [...ports, ...addresses, ...nodePortsOf(service, node)];
}

/** That Services come in at the node's own address, by whichever of their node ports. */
export function nodeServes(node: NodeRef, ...families: readonly (4 | 6)[]): readonly Intent[] {
  return families.map((family) => serviceAddress(node, addressOf(node, family)));
}

/** What of `before` is no intent of `after`. */
function goneFrom(before: readonly Intent[], after: readonly Intent[]): readonly Expectation[] {
  const kept = new Set(after.map((intent) => JSON.stringify(intent)));
  return absent(...before.filter((intent) => !kept.has(JSON.stringify(intent))));
}

/** A Service of the given type with a node port, and another form of it: other ports, and one pod more. */
export function newNodePortService(
  world: World,
  node: NodeRef,
  type: PlainService["type"],
  family: 4 | 6 = 4,
): readonly [created: PlainService, changed: PlainService] {
  const ports = [nodePort(world)];
  const service: PlainService = { ...newService(world, "vip", node, { ports, family }), type };
  const fresh = { node: node.name, address: world.pod(node, family) };
  return [service, { ...service, ports: [nodePort(world, 8081)], backends: [...service.backends, fresh] }];
}

/** Families of the node's addresses that matter to a scenario. */
interface NodeFamilies {
  /** A Service comes in at these, by its node port. */
  readonly served: readonly (4 | 6)[];
  /** The engine works for these; IPv4 where absent. */
  readonly own?: readonly (4 | 6)[];
}

/**
 * The steps of a Service that comes, takes another form, and goes, beside a node whose addresses stay its own.
 *
 * @param forms - what is created, and what it is changed to
 */
export function comesChangesAndGoes(
  node: NodeRef,
  [created, changed]: readonly [PlainService, PlainService],
  { served, own: families = [4] }: NodeFamilies,
): readonly Step[] {
  const all = (of: PlainService): readonly Intent[] => [...shownBy(of, node), ...nodeServes(node, ...served)];
  const own = present(...ownAddresses(node, ...families));
  const traffic = reached(node);
  return [
    {
      name: "created",
      operations: [apply(created)],
      expect: [...present(...all(created)), ...own],
      traffic,
    },
    {
      name: "changed",
      operations: [apply(changed)],
      expect: [...present(...all(changed)), ...goneFrom(all(created), all(changed)), ...own],
      traffic,
    },
    {
      name: "deleted",
      operations: [remove(changed)],
      expect: [...absent(...all(changed)), ...own],
      traffic,
    },
  ];
}
