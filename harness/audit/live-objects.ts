import { type KubeObject, objectName } from "../model/objects.ts";
import type { AddressToken } from "../model/state.ts";
import { identitiesOf } from "../oracle/identity.ts";
import { isEverything, isOverlapping, readAddress, readNetwork, renderAddress } from "../state/address.ts";
import { at, listAt, numberAt, textAt, textsAt } from "./fields.ts";

interface LiveBackend {
  readonly address: string;
  readonly node: string | undefined;
  readonly isReady: boolean;
  /** `tcp/8080`, as the slice lists them. */
  readonly ports: readonly string[];
}

/** A Service with all that belongs to it, over every version of it that was seen. */
export interface LiveService {
  readonly name: string;
  readonly uids: Set<string>;
  readonly object: KubeObject;
  readonly addresses: Set<string>;
  /** `tcp/80` */
  readonly ports: Set<string>;
  /** `tcp/30080` */
  readonly nodePorts: Set<string>;
  readonly backends: LiveBackend[];
}

/** Everything that objects name, for as long as they were looked at. */
export interface LiveObjects {
  /** Every version that was seen. */
  readonly all: readonly KubeObject[];
  /** The same in every look: only these can be said to lack rules. */
  readonly stable: readonly KubeObject[];
  /** By `namespace/name`. */
  readonly services: ReadonlyMap<string, LiveService>;
  /** Objects by address that they name. */
  readonly byAddress: ReadonlyMap<string, readonly string[]>;
  /** Services by their own address. */
  readonly servicesByAddress: ReadonlyMap<string, readonly LiveService[]>;
  /** Services by address of a backend. */
  readonly servicesByBackend: ReadonlyMap<string, readonly LiveService[]>;
  /** Services by node port, `tcp/30080`. */
  readonly servicesByNodePort: ReadonlyMap<string, readonly LiveService[]>;
  /** Addresses of Nodes. */
  readonly nodeAddresses: ReadonlySet<string>;
  /** Names of Pods, `namespace/name`. */
  readonly pods: ReadonlySet<string>;
  /** Networks of the cluster and of its settings; empty where nobody tells them. */
  readonly networks: readonly AddressToken[];
}

function add<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else if (!list.includes(value)) list.push(value);
}

function canonical(text: unknown): readonly string[] {
  const address = typeof text === "string" ? readAddress(text) : undefined;
  return address === undefined ? [] : [renderAddress(address)];
}

/** `namespace/name` of the Service that a slice or an Endpoints object is of. */
function serviceOf(object: KubeObject): string {
  const name =
    object.kind === "Endpoints"
      ? object.metadata.name
      : (object.metadata.labels?.["kubernetes.io/service-name"] ?? "");
  return `${object.metadata.namespace ?? ""}/${name}`;
}

function portsOf(list: readonly unknown[], field: string): readonly string[] {
  return list.flatMap((entry) => {
    const port = numberAt(entry, field);
    return port === undefined || port === 0
      ? []
      : [`${(textAt(entry, "protocol") ?? "TCP").toLowerCase()}/${port}`];
  });
}

function sliceBackends(slice: KubeObject): readonly LiveBackend[] {
  const ports = portsOf(listAt(slice, "ports"), "port");
  return listAt(slice, "endpoints").flatMap((endpoint) =>
    textsAt(endpoint, "addresses")
      .flatMap(canonical)
      .map((address) => ({
        address,
        node: textAt(endpoint, "nodeName"),
        isReady: at(endpoint, "conditions", "ready") !== false,
        ports,
      })),
  );
}

function endpointsBackends(object: KubeObject): readonly LiveBackend[] {
  return listAt(object, "subsets").flatMap((subset) => {
    const ports = portsOf(listAt(subset, "ports"), "port");
    const read = (field: string, isReady: boolean) =>
      listAt(subset, field).flatMap((entry) =>
        canonical(textAt(entry, "ip")).map((address) => ({
          address,
          node: textAt(entry, "nodeName"),
          isReady,
          ports,
        })),
      );
    return [...read("addresses", true), ...read("notReadyAddresses", false)];
  });
}

/** What a Service's status names was given by whoever hands out addresses: on a live cluster that is alive. */
function statusAddresses(service: KubeObject): readonly string[] {
  return listAt(service, "status", "loadBalancer", "ingress").flatMap((entry) =>
    canonical(textAt(entry, "ip")),
  );
}

function withoutAnnotations(object: KubeObject, names: ReadonlySet<string>): KubeObject {
  const { annotations } = object.metadata;
  if (annotations === undefined) return object;
  const kept = Object.fromEntries(Object.entries(annotations).filter(([name]) => !names.has(name)));
  return { ...object, metadata: { ...object.metadata, annotations: kept } };
}

function buildServices(objects: readonly KubeObject[]): Map<string, LiveService> {
  const services = new Map<string, LiveService>();
  for (const object of objects) {
    if (object.kind !== "Service") continue;
    const name = `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
    const known = services.get(name) ?? {
      name,
      uids: new Set(),
      object,
      addresses: new Set(),
      ports: new Set(),
      nodePorts: new Set(),
      backends: [],
    };
    const uid = textAt(object, "metadata", "uid");
    if (uid !== undefined) known.uids.add(uid);
    for (const identity of identitiesOf(object))
      if (identity.kind === "address") known.addresses.add(identity.address);
    for (const address of statusAddresses(object)) known.addresses.add(address);
    for (const port of portsOf(listAt(object, "spec", "ports"), "port")) known.ports.add(port);
    for (const port of portsOf(listAt(object, "spec", "ports"), "nodePort")) known.nodePorts.add(port);
    const healthCheck = numberAt(object, "spec", "healthCheckNodePort");
    if (healthCheck !== undefined && healthCheck > 0) known.nodePorts.add(`tcp/${healthCheck}`);
    services.set(name, { ...known, object });
  }
  for (const object of objects) {
    if (object.kind !== "EndpointSlice" && object.kind !== "Endpoints") continue;
    const found = object.kind === "Endpoints" ? endpointsBackends(object) : sliceBackends(object);
    services.get(serviceOf(object))?.backends.push(...found);
  }
  return services;
}

const cidrInText = /(?<![\w.:/])[0-9a-f.:]+\/\d{1,3}(?![\w/])/gi;

/** Networks that flags, variables and configuration files name. */
function networksInText(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => [...text.matchAll(cidrInText)].map(([found]) => found));
}

function settingsTexts(object: KubeObject): readonly string[] {
  if (object.kind === "ConfigMap") return Object.values(at(object, "data") ?? {}).map(String);
  const spec = object.kind === "Pod" ? at(object, "spec") : at(object, "spec", "template", "spec");
  return listAt(spec, "containers").flatMap((container) => [
    ...textsAt(container, "command"),
    ...textsAt(container, "args"),
    ...listAt(container, "env").flatMap((entry) => textAt(entry, "value") ?? []),
  ]);
}

function networkTexts(object: KubeObject): readonly string[] {
  switch (object.kind) {
    case "Node":
      return [...textsAt(object, "spec", "podCIDRs"), textAt(object, "spec", "podCIDR") ?? ""];
    case "ServiceCIDR":
      return textsAt(object, "spec", "cidrs");
    case "Pod":
    case "DaemonSet":
    case "ConfigMap":
      return networksInText(settingsTexts(object));
    case "NetworkPolicy":
      return networksInText([JSON.stringify(object["spec"] ?? {})]);
    default:
      return identitiesOf(object).flatMap((identity) => (identity.kind === "network" ? [identity.cidr] : []));
  }
}

/** Addresses that flags and variables of containers name: a control plane's VIP stands nowhere else. */
function settingAddresses(object: KubeObject): readonly string[] {
  if (object.kind !== "Pod" && object.kind !== "DaemonSet") return [];
  return settingsTexts(object).flatMap((text) => text.split(/[\s,="']+/).flatMap(canonical));
}

function addressesOf(object: KubeObject): readonly string[] {
  if (object.kind === "Node") {
    const listed = listAt(object, "status", "addresses").map((entry) => textAt(entry, "address"));
    return [...listed.flatMap(canonical), ...textsAt(object, "status", "addresses").flatMap(canonical)];
  }
  const named = identitiesOf(object).flatMap((identity) =>
    identity.kind === "address" ? [identity.address] : [],
  );
  return object.kind === "Service"
    ? [...named, ...statusAddresses(object)]
    : [...named, ...settingAddresses(object)];
}

/**
 * An index of objects.
 *
 * @param versions - every version of every object that was there in any look; one of them is enough for
 *   an identity to be alive
 * @param options.stable - those that were the same in every look
 * @param options.ownAnnotations - annotations that engines write: what they name is not alive for that
 * @param options.networks - further networks, as the user gives them
 */
export function indexObjects(
  versions: readonly KubeObject[],
  options: {
    readonly stable?: readonly KubeObject[];
    readonly ownAnnotations?: readonly string[];
    readonly networks?: readonly string[];
  } = {},
): LiveObjects {
  const own = new Set(options.ownAnnotations ?? []);
  const all = versions.map((object) => withoutAnnotations(object, own));
  const services = buildServices(all);
  const byAddress = new Map<string, string[]>();
  const nodeAddresses = new Set<string>();
  const networks = new Set(options.networks ?? []);
  for (const object of all) {
    for (const address of addressesOf(object)) {
      add(byAddress, address, objectName(object));
      if (object.kind === "Node") nodeAddresses.add(address);
    }
    for (const network of networkTexts(object)) networks.add(network);
  }
  const servicesByAddress = new Map<string, LiveService[]>();
  const servicesByBackend = new Map<string, LiveService[]>();
  const servicesByNodePort = new Map<string, LiveService[]>();
  for (const service of services.values()) {
    for (const address of service.addresses) add(servicesByAddress, address, service);
    for (const { address } of service.backends) add(servicesByBackend, address, service);
    for (const port of service.nodePorts) add(servicesByNodePort, port, service);
  }
  return {
    all,
    stable: options.stable ?? all,
    services,
    byAddress,
    servicesByAddress,
    servicesByBackend,
    servicesByNodePort,
    nodeAddresses,
    pods: new Set(
      all
        .filter(({ kind }) => kind === "Pod")
        .map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`),
    ),
    networks: [...networks]
      .flatMap((text) => readNetwork(text) ?? [])
      .filter((token) => !isEverything(token)),
  };
}

/** Rules name the same few networks thousands of times. */
const answers = new WeakMap<LiveObjects, Map<string, boolean>>();

/**
 * Whether a network has to do with one that the cluster or its settings name. Where none of that family
 * is known, all have: nobody could tell.
 */
export function isNetworkOfCluster(live: LiveObjects, network: AddressToken): boolean {
  const known = answers.get(live) ?? new Map<string, boolean>();
  answers.set(live, known);
  const key = `${network.first}-${network.last}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const networks = live.networks.filter(({ family }) => family === network.family);
  const isOf = networks.length === 0 || networks.some((other) => isOverlapping(other, network));
  known.set(key, isOf);
  return isOf;
}
