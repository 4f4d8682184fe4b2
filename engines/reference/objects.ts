/** What the engine reads of Kubernetes objects: only these fields, checked once, here. */

export const annotations = {
  egress: "leakproof.dev/egress",
  route: "leakproof.dev/route",
  address: "leakproof.dev/address",
  vip: "leakproof.dev/vip",
  /** `udp:53,tcp:443`: egress is about these alone. */
  egressPorts: "leakproof.dev/egress-ports",
} as const;

export interface EgressPort {
  readonly protocol: "tcp" | "udp";
  readonly port: number;
}

export interface ServiceView {
  /** `namespace/name`. */
  readonly name: string;
  readonly egress: boolean;
  readonly route: boolean;
  /** It asks for its VIP on an interface. */
  readonly address: boolean;
  readonly vip: string | undefined;
  /** Undefined: all ports. */
  readonly ports: readonly EgressPort[] | undefined;
}

export interface SliceView {
  /** `namespace/name` of the Service. */
  readonly service: string;
  readonly endpoints: readonly { readonly address: string; readonly node: string }[];
}

/** The value at `path` of an unknown JSON value; undefined where something is missing on the way. */
function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function recordAt(value: unknown, ...path: readonly string[]): Readonly<Record<string, unknown>> {
  const found = at(value, ...path);
  return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : {};
}

/** `namespace/name` of an object. */
export function nameOf(object: unknown): string {
  return `${textAt(object, "metadata", "namespace") ?? ""}/${textAt(object, "metadata", "name") ?? ""}`;
}

function portsIn(list: string | undefined): readonly EgressPort[] | undefined {
  return list?.split(",").flatMap((word): readonly EgressPort[] => {
    const [protocol = "", number = ""] = word.trim().split(":");
    const port = Number(number);
    const isPort = Number.isInteger(port) && port > 0 && port < 65_536;
    return isPort && (protocol === "tcp" || protocol === "udp") ? [{ protocol, port }] : [];
  });
}

/** A Service that asks for something; one that is being deleted asks for nothing, whoever holds a finalizer. */
export function viewService(object: unknown): ServiceView | undefined {
  if (at(object, "metadata", "deletionTimestamp") !== undefined) return undefined;
  if (textAt(object, "spec", "type") !== "LoadBalancer") return undefined;
  const wish = (key: string) => textAt(object, "metadata", "annotations", key);
  return {
    name: nameOf(object),
    egress: wish(annotations.egress) === "true",
    route: wish(annotations.route) === "true",
    address: wish(annotations.address) === "true",
    vip: wish(annotations.vip) ?? textAt(object, "spec", "loadBalancerIP"),
    ports: portsIn(wish(annotations.egressPorts)),
  };
}

/** The ready endpoints of an EndpointSlice, with the node of each. */
export function viewSlice(object: unknown): SliceView {
  const namespace = textAt(object, "metadata", "namespace") ?? "";
  const service = textAt(object, "metadata", "labels", "kubernetes.io/service-name") ?? "";
  const endpoints = listAt(object, "endpoints").flatMap((endpoint) => {
    const node = textAt(endpoint, "nodeName");
    if (node === undefined || at(endpoint, "conditions", "ready") === false) return [];
    return listAt(endpoint, "addresses").flatMap((address) =>
      typeof address === "string" ? [{ address, node }] : [],
    );
  });
  return { service: `${namespace}/${service}`, endpoints };
}

/** The networks that the flags of kube-controller-manager pods name, as written there. */
export function clusterCidrsOf(pods: Iterable<unknown>): readonly string[] {
  const cidrs: string[] = [];
  for (const pod of pods) {
    for (const container of listAt(pod, "spec", "containers")) {
      for (const word of [...listAt(container, "command"), ...listAt(container, "args")]) {
        const flag = /^--(?:cluster-cidr|service-cluster-ip-range)=(.+)$/.exec(String(word));
        cidrs.push(...(flag?.[1]?.split(",") ?? []));
      }
    }
  }
  return cidrs;
}
