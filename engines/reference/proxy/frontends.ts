import { type AddressFamily, familyOf } from "../addresses.ts";
import type { ProxiedService, ProxiedSlice } from "./objects.ts";

/** One address and port that a Service comes in at. */
export interface Frontend {
  readonly address: string;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  /** Pods behind it, of the same family, as `address` and port. */
  readonly backends: readonly { readonly address: string; readonly port: number }[];
}

interface FrontendsInput {
  readonly services: readonly ProxiedService[];
  readonly slices: readonly ProxiedSlice[];
  /** Node ports come in at these, at those of the Service's families. */
  readonly nodeAddresses: readonly string[];
  /** Families that the proxy works for. */
  readonly families: readonly AddressFamily[];
}

type Port = ProxiedService["ports"][number];

/** Addresses with the port at each, that one port of a Service comes in at. */
function placesOf(
  service: ProxiedService,
  { port, nodePort }: Port,
  nodeAddresses: readonly string[],
): readonly { readonly address: string; readonly port: number }[] {
  const own = [...service.clusterAddresses, ...service.outerAddresses];
  const families = new Set(service.clusterAddresses.map(familyOf));
  const onNode =
    nodePort === undefined ? [] : nodeAddresses.filter((address) => families.has(familyOf(address)));
  return [
    ...own.map((address) => ({ address, port })),
    ...onNode.map((address) => ({ address, port: nodePort ?? port })),
  ];
}

function backendsOf(
  service: ProxiedService,
  { name, protocol }: Port,
  slices: readonly ProxiedSlice[],
): Frontend["backends"] {
  return slices
    .filter((slice) => slice.service === service.name)
    .flatMap(({ addresses, ports }) =>
      ports
        .filter((port) => port.name === name && port.protocol === protocol)
        .flatMap(({ port }) => addresses.map((address) => ({ address, port }))),
    );
}

/** All that Services come in at, each place once: where two ask for the same, it is the first one's, by name. */
export function frontendsOf({
  services,
  slices,
  nodeAddresses,
  families,
}: FrontendsInput): readonly Frontend[] {
  const found = new Map<string, Frontend>();
  for (const service of services.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    for (const port of service.ports) {
      const backends = backendsOf(service, port, slices);
      for (const place of placesOf(service, port, nodeAddresses)) {
        const family = familyOf(place.address);
        const key = `${place.address},${port.protocol}:${place.port}`;
        if (!families.includes(family) || found.has(key)) continue;
        const own = backends.filter(({ address }) => familyOf(address) === family);
        found.set(key, { ...place, protocol: port.protocol, backends: own });
      }
    }
  }
  return [...found.values()];
}
