import { canonicalAddress } from "../addresses.ts";
import { listAt, nameOf, numberAt, recordAt, textAt } from "../objects.ts";

type Protocol = "tcp" | "udp";

interface PortView {
  /** Empty where a Service has only one. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly nodePort: number | undefined;
}

/** What the service proxy reads of a Service. */
export interface ProxiedService {
  /** `namespace/name`. */
  readonly name: string;
  readonly isLoadBalancer: boolean;
  readonly clusterAddresses: readonly string[];
  /** Addresses from elsewhere: those that its owner wrote, and those that it was given. */
  readonly outerAddresses: readonly string[];
  /** Those that it was given alone. */
  readonly givenAddresses: readonly string[];
  readonly ports: readonly PortView[];
}

/** What it reads of an EndpointSlice. */
export interface ProxiedSlice {
  /** `namespace/name` of the Service. */
  readonly service: string;
  readonly addresses: readonly string[];
  readonly ports: readonly {
    readonly name: string;
    readonly protocol: Protocol;
    readonly port: number;
  }[];
}

function addressesIn(values: readonly unknown[]): readonly string[] {
  return values.flatMap((value) => (typeof value === "string" ? (canonicalAddress(value) ?? []) : []));
}

/** SCTP is somebody else's business. */
function protocolOf(port: unknown): Protocol | undefined {
  const protocol = textAt(port, "protocol") ?? "TCP";
  return protocol === "TCP" ? "tcp" : protocol === "UDP" ? "udp" : undefined;
}

/** A Service that something is to be done for: one that is being deleted, or leads elsewhere by name, asks for nothing. */
export function viewProxiedService(object: unknown): ProxiedService | undefined {
  if (textAt(object, "metadata", "deletionTimestamp") !== undefined) return undefined;
  const type = textAt(object, "spec", "type");
  const listed = listAt(object, "spec", "clusterIPs");
  const clusterAddresses = addressesIn(listed.length > 0 ? listed : [recordAt(object, "spec")["clusterIP"]]);
  if (type === "ExternalName" || clusterAddresses.length === 0) return undefined;
  const isLoadBalancer = type === "LoadBalancer";
  const given = isLoadBalancer ? listAt(object, "status", "loadBalancer", "ingress") : [];
  const givenAddresses = addressesIn(given.map((entry) => textAt(entry, "ip")));
  const ports = listAt(object, "spec", "ports").flatMap((port): readonly PortView[] => {
    const protocol = protocolOf(port);
    const number = numberAt(port, "port");
    if (protocol === undefined || number === undefined) return [];
    const name = textAt(port, "name") ?? "";
    return [{ name, protocol, port: number, nodePort: numberAt(port, "nodePort") }];
  });
  return {
    name: nameOf(object),
    isLoadBalancer,
    clusterAddresses,
    outerAddresses: [...addressesIn(listAt(object, "spec", "externalIPs")), ...givenAddresses],
    givenAddresses,
    ports,
  };
}

/** The ready endpoints of a slice, wherever they are. */
export function viewProxiedSlice(object: unknown): ProxiedSlice {
  const namespace = textAt(object, "metadata", "namespace") ?? "";
  const service = textAt(object, "metadata", "labels", "kubernetes.io/service-name") ?? "";
  const endpoints = listAt(object, "endpoints").filter(
    (endpoint) => recordAt(endpoint, "conditions")["ready"] !== false,
  );
  const ports = listAt(object, "ports").flatMap((port) => {
    const protocol = protocolOf(port);
    const number = numberAt(port, "port");
    if (protocol === undefined || number === undefined) return [];
    return [{ name: textAt(port, "name") ?? "", protocol, port: number }];
  });
  return {
    service: `${namespace}/${service}`,
    addresses: addressesIn(endpoints.flatMap((endpoint) => listAt(endpoint, "addresses"))),
    ports,
  };
}
