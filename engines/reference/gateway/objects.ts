import { canonicalAddress, canonicalCidr } from "../addresses.ts";
import { listAt, numberAt, textAt } from "../objects.ts";

/** What the engine's gateway is told by, all in one group of its own. */
export const gatewayGroup = "reference.leakproof.dev";
export const gatewayKinds = {
  elasticips: "ElasticIP",
  floatingips: "FloatingIP",
  sourcenats: "SourceNAT",
  portforwards: "PortForward",
} as const;
export type GatewayResource = keyof typeof gatewayKinds;
export const gatewayResources: readonly GatewayResource[] = [
  "elasticips",
  "floatingips",
  "sourcenats",
  "portforwards",
];

/** Keeps an object until its rules are gone. */
export const gatewayFinalizer = `${gatewayGroup}/gateway`;

/** One object, with where it is in the API. */
export interface GatewayObject {
  readonly resource: GatewayResource;
  /** `namespace/name`. */
  readonly name: string;
  readonly path: string;
  readonly isDeleted: boolean;
  readonly hasFinalizer: boolean;
  readonly object: unknown;
}

export function pathOf(resource: GatewayResource): string {
  return `/apis/${gatewayGroup}/v1/${resource}`;
}

export function viewObject(resource: GatewayResource, object: unknown): GatewayObject {
  const namespace = textAt(object, "metadata", "namespace") ?? "";
  const name = textAt(object, "metadata", "name") ?? "";
  return {
    resource,
    name: `${namespace}/${name}`,
    path: `/apis/${gatewayGroup}/v1/namespaces/${namespace}/${resource}/${name}`,
    isDeleted: textAt(object, "metadata", "deletionTimestamp") !== undefined,
    hasFinalizer: listAt(object, "metadata", "finalizers").includes(gatewayFinalizer),
    object,
  };
}

/** What the gateway should hold, as texts that its tools print. */
export interface GatewayState {
  /** Addresses of the outer interface. */
  readonly addresses: readonly string[];
  /** Rules of the chains for the way in and the way out. */
  readonly inbound: readonly string[];
  readonly outbound: readonly string[];
}

export const noGatewayState: GatewayState = { addresses: [], inbound: [], outbound: [] };
export const inboundChain = "LEAKPROOF-FIP-IN";
export const outboundChain = "LEAKPROOF-FIP-OUT";

/** The rules of one object; none where what it says is no address, or its elastic address is not there. */
function rulesOf(
  { resource, object }: GatewayObject,
  elastic: string | undefined,
): Omit<GatewayState, "addresses"> {
  const none = { inbound: [], outbound: [] };
  if (elastic === undefined) return none;
  const pod = canonicalAddress(textAt(object, "spec", "pod") ?? "");
  const cidr = canonicalCidr(textAt(object, "spec", "cidr") ?? "");
  const port = numberAt(object, "spec", "port");
  const podPort = numberAt(object, "spec", "podPort");
  const inbound = (rest: string): string => `-A ${inboundChain} -d ${elastic}/32 ${rest}`;
  const outbound = (from: string): string => `-A ${outboundChain} -s ${from} -j SNAT --to-source ${elastic}`;
  if (resource === "floatingips" && pod !== undefined) {
    return { inbound: [inbound(`-j DNAT --to-destination ${pod}`)], outbound: [outbound(`${pod}/32`)] };
  }
  if (resource === "sourcenats" && cidr !== undefined) return { inbound: [], outbound: [outbound(cidr)] };
  if (resource === "portforwards" && pod !== undefined && port !== undefined && podPort !== undefined) {
    const match = `-p tcp -m tcp --dport ${port}`;
    return { inbound: [inbound(`${match} -j DNAT --to-destination ${pod}:${podPort}`)], outbound: [] };
  }
  return none;
}

/** What the gateway on `node` should hold for these objects. */
export function gatewayState(objects: readonly GatewayObject[], node: string): GatewayState {
  const own = objects.filter(({ object }) => textAt(object, "spec", "node") === node);
  const elastic = new Map(
    own.flatMap(({ resource, name, object }) => {
      const address = canonicalAddress(textAt(object, "spec", "address") ?? "");
      return resource === "elasticips" && address !== undefined ? [[name, address] as const] : [];
    }),
  );
  const rules = own.map((one) => {
    const namespace = one.name.split("/")[0] ?? "";
    return rulesOf(one, elastic.get(`${namespace}/${textAt(one.object, "spec", "elasticIp") ?? ""}`));
  });
  const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)].toSorted();
  return {
    addresses: unique([...elastic.values()]),
    inbound: unique(rules.flatMap(({ inbound }) => inbound)),
    outbound: unique(rules.flatMap(({ outbound }) => outbound)),
  };
}
