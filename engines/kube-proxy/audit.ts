import type { Doubt, EngineSigns, Expected, NodeView } from "../../harness/audit/engine-signs.ts";
import { listAt, numberAt, textAt } from "../../harness/audit/fields.ts";
import type { LiveObjects, LiveService } from "../../harness/audit/live-objects.ts";
import {
  addressesOf,
  commentOf,
  deadAddress,
  ownAddresses,
  portsOf,
  strangeNetwork,
} from "../../harness/audit/read-item.ts";
import type { RenderContext } from "../../harness/model/engine.ts";
import type { KubeObject } from "../../harness/model/objects.ts";
import type { StateItem } from "../../harness/model/state.ts";
import { keptInIptables } from "./keeps-iptables.ts";
import { keptInNftables } from "./keeps-nftables.ts";
import { match } from "./match.ts";

const perService = /^KUBE-(?:SVC|SVL|SEP|EXT|FW|XLB)-[A-Z2-7]{16}$/;
/** KUBE-FIREWALL, the canary and the hint are the kubelet's. */
const base =
  /^KUBE-(?:SERVICES|EXTERNAL-SERVICES|NODEPORTS|FORWARD|PROXY-FIREWALL|PROXY-CANARY|POSTROUTING|MARK-MASQ|MARK-DROP)$/;
const baseJump = /-j KUBE-(?:SERVICES|EXTERNAL-SERVICES|NODEPORTS|FORWARD|PROXY-FIREWALL|POSTROUTING)$/;
/** Chains of nftables mode: `endpoint-2CRNCTTE-ns/name/tcp/port__10.0.0.5/8080`. */
const nftChain =
  /\b(?:service|endpoint|external|firewall|affinity)-[A-Z2-7]{8}-([a-z0-9.-]+\/[a-z0-9.-]+)\/(?:tcp|udp|sctp)\//;
/** `ns/name:port has no endpoints`, `ns/name:port cluster IP`, `ns/name -> 10.0.0.5:80`; ports may have no name. */
const commentName =
  /(?:^|[\s"])([a-z0-9](?:[a-z0-9-]*[a-z0-9])?\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::[a-z0-9-]*)?(?=$|[\s",])/;

function isOwn(item: StateItem): boolean {
  if (item.family === "nftables") return item.table === "ip kube-proxy" || item.table === "ip6 kube-proxy";
  if (!item.family.includes("tables-")) return false;
  const chain = item.chain ?? "";
  return base.test(chain) || perService.test(chain) || (item.kind === "rule" && baseJump.test(item.text));
}

function serviceNameOf(item: StateItem): string | undefined {
  if (item.family === "nftables") {
    const inPlace = nftChain.exec(`${item.chain ?? ""} `)?.[1] ?? nftChain.exec(item.text)?.[1];
    if (inPlace !== undefined) return inPlace;
  }
  return commentName.exec(commentOf(item) ?? "")?.[1];
}

function isOf(service: LiveService, address: string, own: ReadonlySet<string>, live: LiveObjects): boolean {
  return (
    service.addresses.has(address) ||
    service.backends.some((backend) => backend.address === address) ||
    own.has(address) ||
    live.nodeAddresses.has(address)
  );
}

/** What is not of the Service that the item names. */
function judgeValues(
  item: StateItem,
  service: LiveService,
  view: { own: ReadonlySet<string>; live: LiveObjects },
): Doubt | undefined {
  const { own, live } = view;
  const owner = `Service ${service.name}`;
  const foreign = addressesOf(item).filter((address) => !isOf(service, address, own, live));
  const dead = deadAddress(foreign, live, own);
  if (dead !== undefined) return { ...dead, owner };
  if (foreign.length > 0)
    return { kind: "stale-value", why: `names ${foreign.join(", ")}, which is not of ${owner}`, owner };
  const isNodePort =
    item.chain === "KUBE-NODEPORTS" ||
    item.chain === "service-nodeports" ||
    item.chain === "no-endpoint-nodeports";
  const ports = portsOf(item, "destination").filter(
    (port) => !(isNodePort ? service.nodePorts : service.ports).has(port) && !service.nodePorts.has(port),
  );
  if (ports.length > 0)
    return {
      kind: "stale-value",
      why: `names port ${ports.join(", ")}, which ${owner} does not have`,
      owner,
    };
  const targets = portsOf(item, "target").filter(
    (port) => !service.backends.some((backend) => backend.ports.includes(port)),
  );
  return targets.length === 0
    ? undefined
    : {
        kind: "stale-value",
        why: `names port ${targets.join(", ")}, which no backend of ${owner} has`,
        owner,
      };
}

/** Sets without the name of a Service in their members. */
function judgeMember(item: StateItem, live: LiveObjects, own: ReadonlySet<string>): Doubt | undefined {
  if (item.chain === "cluster-ips") {
    const dead = addressesOf(item).filter((address) => !live.servicesByAddress.has(address));
    return dead.length === 0
      ? undefined
      : { kind: "orphan", why: `names ${dead.join(", ")}, which is the address of no Service` };
  }
  if (item.chain === "nodeport-ips" || item.chain?.startsWith("affinity-") === true) return undefined;
  return deadAddress(addressesOf(item), live, own);
}

function judge({ live, items }: NodeView): (item: StateItem) => Doubt | undefined {
  const own = ownAddresses(items);
  return (item) => {
    if (item.kind === "chain" || item.kind === "set" || item.kind === "map" || item.kind === "table")
      return undefined;
    if (item.chain?.startsWith("affinity-") === true) return undefined;
    const name = serviceNameOf(item);
    const service = name === undefined ? undefined : live.services.get(name);
    if (name !== undefined && service === undefined)
      return { kind: "orphan", why: `is for Service ${name}, which is gone`, owner: `Service ${name}` };
    const doubt =
      service === undefined ? judgeMember(item, live, own) : judgeValues(item, service, { own, live });
    return doubt ?? strangeNetwork(item, live);
  };
}

function contextOf(variant: string): RenderContext {
  return { selection: { name: "kube-proxy", variant, options: {} }, settings: {}, namespace: "" };
}

interface PortView {
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
  readonly nodePort: number | undefined;
}

function portViews(object: KubeObject): readonly PortView[] {
  return listAt(object, "spec", "ports").flatMap((entry) => {
    const protocol = textAt(entry, "protocol") ?? "TCP";
    const port = numberAt(entry, "port");
    if (port === undefined || (protocol !== "TCP" && protocol !== "UDP")) return [];
    return [{ protocol, port, nodePort: numberAt(entry, "nodePort") }];
  });
}

/** Whether kube-proxy programs it: not headless, and nobody else's by label. */
function isProxied(object: KubeObject): boolean {
  const ip = textAt(object, "spec", "clusterIP");
  const labels = object.metadata.labels ?? {};
  return (
    ip !== undefined &&
    ip !== "None" &&
    ip !== "" &&
    textAt(object, "spec", "type") !== "ExternalName" &&
    labels["service.kubernetes.io/service-proxy-name"] === undefined
  );
}

/** The way in alone: which backends a node uses depends on traffic policies and hints. A Service may be refused or dispatched. */
function expectsOf(object: KubeObject, variant: string): readonly Expected[] {
  const clusterIp = textAt(object, "spec", "clusterIP") ?? "";
  const name = `Service ${object.metadata.namespace ?? ""}/${object.metadata.name}`;
  return portViews(object).flatMap(({ protocol, port, nodePort }) => {
    const common = { kind: "service-port", node: "", clusterIp, protocol, port, targetPort: 0 } as const;
    const [refused] = match({ ...common, backends: [] }, contextOf(variant));
    const [dispatched] = match({ ...common, backends: ["127.0.0.1"] }, contextOf(variant));
    const way = [refused, dispatched].filter((matcher) => matcher !== undefined);
    const title = `a rule for ${clusterIp}:${port}/${protocol.toLowerCase()}`;
    const viaNode = match(
      { kind: "node-port", node: "", protocol, nodePort: nodePort ?? 0 },
      contextOf(variant),
    );
    // Without endpoints a node port is refused, which every release shows otherwise.
    return [
      { title, object: name, anyOf: way },
      ...(nodePort === undefined || nodePort === 0 || viaNode.length === 0
        ? []
        : [
            {
              title: `a rule for node port ${nodePort}/${protocol.toLowerCase()}`,
              object: name,
              anyOf: [...viaNode, ...refusedNodePorts(viaNode)],
            },
          ]),
    ];
  });
}

function refusedNodePorts(viaNode: readonly Expected["anyOf"][number][]): Expected["anyOf"] {
  return viaNode.map(({ tokens }) => ({
    title: "refusal of a node port",
    ...(tokens === undefined ? {} : { tokens }),
    text: "KUBE-EXTERNAL-SERVICES|no-endpoint-nodeports",
  }));
}

function expects({ items, live }: NodeView): readonly Expected[] {
  const variant = items.some(({ table }) => table === "ip kube-proxy" || table === "ip6 kube-proxy")
    ? "nftables"
    : items.some(({ chain }) => chain === "KUBE-SERVICES")
      ? "iptables"
      : undefined;
  if (variant === undefined) return [];
  return live.stable
    .filter((object) => object.kind === "Service" && isProxied(object))
    .flatMap((object) => expectsOf(object, variant));
}

/** How kube-proxy's work looks on a node, in iptables and in nftables mode. */
export const signs: EngineSigns = {
  name: "kube-proxy",
  image: /(?:^|\/)(?:kube-proxy|hyperkube)(?:-[a-z0-9]+)?(?::|@|$)/,
  // Distributions that carry it in a process of their own.
  process: /^(?:kube-proxy|k3s|k3s-server|k3s-agent|rke2|kubelite|k0s|hyperkube)/,
  ownAnnotations: [],
  needs: [],
  detect: () => isOwn,
  judge,
  mayBeUnreferenced: [
    ...keptInIptables(undefined).filter(({ kinds }) => kinds?.includes("chain")),
    ...keptInNftables(undefined),
  ],
  commentsDistinguish: false,
  expects,
  issues: [],
  cleanUp: "kube-proxy --cleanup",
};
