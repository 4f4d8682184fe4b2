import type { FeatureObject, ServicePort } from "../../harness/model/objects.ts";
import type { Intent, NodeRef, Scenario, TrafficCheck, World } from "../../harness/model/scenario.ts";

export type PlainService = Extract<FeatureObject, { kind: "service" }>;

export const httpPort: ServicePort = { name: "http", protocol: "TCP", port: 80, targetPort: 8080 };
export const dnsPort: ServicePort = { name: "dns", protocol: "UDP", port: 53, targetPort: 5353 };

/** A ClusterIP service with `count` pods on `node`, every value fresh. */
export function newService(
  world: World,
  prefix: string,
  node: NodeRef,
  {
    count = 2,
    ports = [httpPort],
    family = 4,
  }: { readonly count?: number; readonly ports?: readonly ServicePort[]; readonly family?: 4 | 6 } = {},
): PlainService {
  const backends = Array.from({ length: count }, () => ({
    node: node.name,
    address: world.pod(node, family),
  }));
  const [name, clusterIp] = [world.name(prefix), world.clusterIp(family)];
  return { kind: "service", name, type: "ClusterIP", clusterIp, ports, backends };
}

function addressesOf(service: PlainService): readonly string[] {
  return service.backends.map(({ address }) => address);
}

/** One intent for each port: `node` leads it to the backends. */
export function portsOf(service: PlainService, node: NodeRef): readonly Intent[] {
  return service.ports.map(({ protocol, port, targetPort }) => ({
    kind: "service-port",
    node: node.name,
    clusterIp: service.clusterIp,
    protocol,
    port,
    targetPort,
    backends: addressesOf(service),
  }));
}

function answers(service: PlainService, node: NodeRef, backends: readonly string[]): readonly TrafficCheck[] {
  return service.ports
    .filter(({ protocol }) => protocol === "TCP")
    .map(({ port }) => ({ kind: "service", node: node.name, address: service.clusterIp, port, backends }));
}

/** What a service with node ports adds to each node. */
export function nodePortsOf(service: PlainService, node: NodeRef): readonly Intent[] {
  return service.ports.flatMap(({ protocol, nodePort }) =>
    nodePort === undefined ? [] : [{ kind: "node-port", node: node.name, protocol, nodePort } as const],
  );
}

/** A connection to each TCP port is answered by one of the backends. */
export function answeredByBackends(service: PlainService, node: NodeRef): readonly TrafficCheck[] {
  return answers(service, node, addressesOf(service));
}

/** A connection to each TCP port is answered by nobody. */
export function answeredByNone(service: PlainService, node: NodeRef): readonly TrafficCheck[] {
  return answers(service, node, []);
}

/** A fresh service with one pod on the first node. */
export function serviceCanary(world: World, family: 4 | 6 = 4): ReturnType<Scenario["canary"]> {
  const [node] = world.nodes;
  const object = newService(world, "canary", node, { count: 1, family });
  return { object, expect: portsOf(object, node) };
}
