import type { KubeObject } from "../model/objects.ts";
import { readAddress, readNetwork, renderAddress } from "../state/address.ts";

/** Something that an API object names, and that rules made for the object may name as well. */
export type Identity =
  /** One address, canonical text. */
  | { readonly kind: "address"; readonly address: string }
  /** A network that an annotation or a source range names. Never retired: many may mean the same network. */
  | { readonly kind: "network"; readonly cidr: string }
  /** `service`: what clients connect to. `backend`: what a pod listens on. Protocol in lower case. */
  | {
      readonly kind: "port-pair";
      readonly side: "service" | "backend";
      readonly address: string;
      readonly protocol: string;
      readonly port: number;
    }
  | { readonly kind: "node-port"; readonly protocol: string; readonly port: number }
  /** Name of the object itself. */
  | { readonly kind: "name"; readonly name: string };

/** A key by which equal identities are found. */
export function identityKey(identity: Identity): string {
  return Object.values(identity).join("|");
}

/** For people: `10.96.0.5`, `10.96.0.5:80/tcp`, `node port 30080/tcp`. */
export function renderIdentity(identity: Identity): string {
  switch (identity.kind) {
    case "address":
      return identity.address;
    case "network":
      return identity.cidr;
    case "port-pair": {
      const host = identity.address.includes(":") ? `[${identity.address}]` : identity.address;
      return `${host}:${identity.port}/${identity.protocol}`;
    }
    case "node-port":
      return `node port ${identity.port}/${identity.protocol}`;
    case "name":
      return `the name ${identity.name}`;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Canonical texts of those values that are addresses; anything else ("None", a host name) names no address. */
function addressesIn(values: readonly unknown[]): readonly string[] {
  const found = values.flatMap((value) => {
    const address = typeof value === "string" ? readAddress(value) : undefined;
    return address === undefined ? [] : [renderAddress(address)];
  });
  return [...new Set(found)];
}

function portsIn(values: readonly unknown[], field: string): readonly { protocol: string; port: number }[] {
  return values.flatMap((value) => {
    const fields = fieldsOf(value);
    const port = fields[field];
    const protocol = typeof fields["protocol"] === "string" ? fields["protocol"].toLowerCase() : "tcp";
    return typeof port === "number" && port > 0 ? [{ protocol, port }] : [];
  });
}

function pairs(
  side: "service" | "backend",
  addresses: readonly string[],
  ports: readonly { protocol: string; port: number }[],
): readonly Identity[] {
  return addresses.flatMap((address): readonly Identity[] => [
    { kind: "address", address },
    ...ports.map((port) => ({ kind: "port-pair", side, address, ...port }) as const),
  ]);
}

/** Texts that annotations list, with commas or blanks between them. */
function annotationWords(object: KubeObject): readonly string[] {
  return Object.values(object.metadata.annotations ?? {}).flatMap((value) => value.split(/[\s,]+/));
}

function networksIn(values: readonly unknown[]): readonly Identity[] {
  return values.flatMap((value) => {
    if (typeof value !== "string" || !value.includes("/")) return [];
    return readNetwork(value) === undefined ? [] : [{ kind: "network", cidr: value } as const];
  });
}

function serviceIdentities(object: KubeObject): readonly Identity[] {
  const spec = fieldsOf(object["spec"]);
  const ports = listOf(spec["ports"]);
  const nodePorts = [...portsIn(ports, "nodePort"), ...healthCheckPort(spec)];
  const addresses = addressesIn([
    spec["clusterIP"],
    ...listOf(spec["clusterIPs"]),
    spec["loadBalancerIP"],
    ...listOf(spec["externalIPs"]),
    ...annotationWords(object),
  ]);
  return [
    ...pairs("service", addresses, portsIn(ports, "port")),
    ...nodePorts.map((port) => ({ kind: "node-port", ...port }) as const),
    ...networksIn([...annotationWords(object), ...listOf(spec["loadBalancerSourceRanges"])]),
  ];
}

function healthCheckPort(spec: Fields): readonly { protocol: string; port: number }[] {
  return portsIn([{ port: spec["healthCheckNodePort"] }], "port");
}

function endpointsIdentities(object: KubeObject): readonly Identity[] {
  return listOf(object["subsets"]).flatMap((value) => {
    const subset = fieldsOf(value);
    const hosts = [...listOf(subset["addresses"]), ...listOf(subset["notReadyAddresses"])];
    const addresses = addressesIn(hosts.map((host) => fieldsOf(host)["ip"]));
    return pairs("backend", addresses, portsIn(listOf(subset["ports"]), "port"));
  });
}

function sliceIdentities(object: KubeObject): readonly Identity[] {
  const hosts = listOf(object["endpoints"]).flatMap((endpoint) => listOf(fieldsOf(endpoint)["addresses"]));
  return pairs("backend", addressesIn(hosts), portsIn(listOf(object["ports"]), "port"));
}

/** A pod's addresses stand in its status, and are our own write there: no kubelet runs. */
function podIdentities(object: KubeObject): readonly Identity[] {
  const status = fieldsOf(object["status"]);
  const listed = listOf(status["podIPs"]).map((entry) => fieldsOf(entry)["ip"]);
  return pairs("backend", addressesIn([status["podIP"], ...listed]), []);
}

const readers: Readonly<Record<string, (object: KubeObject) => readonly Identity[]>> = {
  Service: serviceIdentities,
  Endpoints: endpointsIdentities,
  EndpointSlice: sliceIdentities,
  Pod: podIdentities,
  // Whom a policy is about stands in its pods.
  NetworkPolicy: () => [],
};

/** Groups of Kubernetes itself have no dot, or end so. */
function isCustom({ apiVersion }: KubeObject): boolean {
  const [group = "", version] = apiVersion.split("/");
  return version !== undefined && group.includes(".") && !group.endsWith(".k8s.io");
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** What a resource of somebody's own wants stands in its spec, under any name: a network of one host is its address. */
function customIdentities(object: KubeObject): readonly Identity[] {
  const texts = textsIn(object["spec"]);
  const hosts = texts.flatMap((text) => {
    const network = text.includes("/") ? readNetwork(text) : undefined;
    return network !== undefined && network.first === network.last ? [network.first] : [];
  });
  return [...pairs("service", addressesIn([...texts, ...hosts]), []), ...networksIn(texts)];
}

/**
 * What an object of ours names: addresses, networks, ports and its own name. Status is never read (but
 * for a pod's addresses), so nothing that an engine wrote counts. Objects of kinds that no rule is made
 * for name nothing.
 */
export function identitiesOf(object: KubeObject): readonly Identity[] {
  const read = readers[object.kind] ?? (isCustom(object) ? customIdentities : undefined);
  if (read === undefined) return [];
  const all: readonly Identity[] = [...read(object), { kind: "name", name: object.metadata.name }];
  return [...new Map(all.map((identity) => [identityKey(identity), identity])).values()];
}
