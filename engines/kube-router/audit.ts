import type { Doubt, EngineSigns, NodeView } from "../../harness/audit/engine-signs.ts";
import {
  addressesOf,
  commentOf,
  deadAddress,
  ownAddresses,
  portsOf,
  strangeNetwork,
} from "../../harness/audit/read-item.ts";
import type { LiveObjects } from "../../harness/audit/live-objects.ts";
import type { StateItem } from "../../harness/model/state.ts";

const chains =
  /^KUBE-(?:ROUTER-(?:INPUT|FORWARD|OUTPUT|SERVICES|HAIRPIN)|POD-FW-[A-Z2-7]{16}|NWPLCY-(?:[A-Z2-7]{16}|DEFAULT|COMMON|TAIL))$/;
const jump = /-j KUBE-(?:ROUTER-(?:INPUT|FORWARD|OUTPUT|SERVICES|HAIRPIN))$/;
const sets =
  /^(?:inet6:)?(?:kube-router-(?:local-ips|service-ips|ipvs-services|svip|svip-prt|pod-subnets|node-ips|local-pods)|KUBE-(?:SRC|DST)-[A-Z2-7]{16}|TMP-[A-Z2-7]+)$/;
const nftTable = /^ip6? kube-router-filter-ipv[46]$/;
/** Names of v1.x that v2 replaced, and the new ones that show it. */
const renamedSets: Readonly<Record<string, string>> = {
  "kube-router-service-ips": "kube-router-svip",
  "kube-router-ipvs-services": "kube-router-svip-prt",
};
/** How comments of v1.x begin, and those of v2 that stand in the same chain in their place. */
const reworded = [
  ["allow traffic to cluster IP - ", "allow traffic to primary/secondary cluster IP range - "],
  [
    "explicitly ACCEPT traffic that complies with network policies",
    "rule to explicitly ACCEPT traffic that comply to network policies",
  ],
] as const;
const podInComment = /POD name:(\S+) namespace: (\S+)/;

function detect(items: readonly StateItem[]): (item: StateItem) => boolean {
  // IPVS services and the addresses on this device are kube-router's; without it nobody knows whose they are.
  const hasDevice = items.some(
    ({ family, text }) => family === "link" && text.startsWith("link kube-dummy-if "),
  );
  return (item) => {
    switch (item.family) {
      case "iptables-legacy":
      case "ip6tables-legacy":
      case "iptables-nft":
      case "ip6tables-nft":
        return chains.test(item.chain ?? "") || (item.kind === "rule" && jump.test(item.text));
      case "ipset":
        return sets.test(item.chain ?? "");
      case "nftables":
        return nftTable.test(item.table ?? "");
      case "ipvs":
        return hasDevice;
      case "address":
        return / dev kube-dummy-if /.test(item.text);
      default:
        return false;
    }
  };
}

/** Names of what the node holds that decide about other items. */
interface Context {
  readonly live: LiveObjects;
  readonly own: ReadonlySet<string>;
  readonly sets: ReadonlySet<string>;
  /** Addresses of kube-router-local-ips, both families. */
  readonly localIps: ReadonlySet<string>;
  /** Whether the rule has the words of v1.x and its chain has the same in those of v2. */
  readonly isReplaced: (rule: StateItem) => boolean;
}

function replacedAmong(items: readonly StateItem[]): (rule: StateItem) => boolean {
  const placeOf = ({ family, chain = "" }: StateItem, words: string): string => `${family} ${chain} ${words}`;
  const commented = items
    .filter(({ kind }) => kind === "rule")
    .map((item) => ({ item, comment: commentOf(item) ?? "" }));
  const replaced = new Set(
    reworded.flatMap(([before, after]) =>
      commented.filter(({ comment }) => comment.startsWith(after)).map(({ item }) => placeOf(item, before)),
    ),
  );
  return (rule) => {
    const comment = commentOf(rule) ?? "";
    return reworded.some(([before]) => comment.startsWith(before) && replaced.has(placeOf(rule, before)));
  };
}

function contextOf({ live, items }: NodeView): Context {
  const members = items.filter(({ family, kind }) => family === "ipset" && kind === "member");
  return {
    live,
    own: new Set([
      ...ownAddresses(items.filter(({ text }) => !text.includes(" dev kube-dummy-if "))),
      ...live.nodeAddresses,
    ]),
    sets: new Set(items.filter(({ kind }) => kind === "set").map(({ chain }) => chain ?? "")),
    localIps: new Set(
      members
        .filter(({ chain }) => /^(?:inet6:)?kube-router-local-ips$/.test(chain ?? ""))
        .flatMap(addressesOf),
    ),
    isReplaced: replacedAmong(items),
  };
}

function isNodePort(address: string, ports: readonly string[], { own, live }: Context): boolean {
  return own.has(address) && ports.every((port) => live.servicesByNodePort.has(port));
}

/** A pair that IPVS serves, in a set or as a service. */
function judgePair(item: StateItem, context: Context): Doubt | undefined {
  const { live } = context;
  const [address] = addressesOf(item);
  if (address === undefined) return undefined;
  const ports = portsOf(item, "destination");
  if (isNodePort(address, ports, context)) return undefined;
  const services = live.servicesByAddress.get(address) ?? [];
  if (services.length === 0)
    return { kind: "orphan", why: `names ${address}, which is the address of no Service` };
  const dead = ports.filter((port) => !services.some((service) => service.ports.has(port)));
  return dead.length === 0
    ? undefined
    : {
        kind: "stale-value",
        why: `names port ${dead.join(", ")}, which Service ${services[0]?.name ?? ""} does not have`,
        owner: `Service ${services[0]?.name ?? ""}`,
      };
}

/** The node's own address, refused: everything but served ports of an address in svip is, unless it is local. */
function judgeSvip(item: StateItem, context: Context): Doubt | undefined {
  const [address] = addressesOf(item);
  if (address === undefined) return undefined;
  if (context.own.has(address))
    return context.localIps.has(address)
      ? undefined
      : {
          kind: "missing",
          why: `kube-router-local-ips lacks ${address}, an address of this node: everything to it is refused but for served ports`,
        };
  return context.live.servicesByAddress.has(address)
    ? undefined
    : { kind: "orphan", why: `names ${address}, which is the address of no Service` };
}

function judgeMember(item: StateItem, context: Context): Doubt | undefined {
  const set = (item.chain ?? "").replace(/^inet6:/, "");
  switch (set) {
    case "kube-router-svip":
    case "kube-router-service-ips":
      return judgeSvip(item, context);
    case "kube-router-svip-prt":
    case "kube-router-ipvs-services":
      return judgePair(item, context);
    case "kube-router-local-ips": {
      const gone = addressesOf(item).filter((address) => !context.own.has(address));
      return gone.length === 0
        ? undefined
        : { kind: "stale-value", why: `names ${gone.join(", ")}, which this node does not have` };
    }
    case "kube-router-node-ips":
    case "kube-router-local-pods":
      return deadAddress(addressesOf(item), context.live, context.own);
    case "kube-router-pod-subnets":
      return strangeNetwork(item, context.live);
    default:
      return set.startsWith("KUBE-") ? deadAddress(addressesOf(item), context.live, context.own) : undefined;
  }
}

function judgeRule(item: StateItem, context: Context): Doubt | undefined {
  const comment = commentOf(item) ?? "";
  if (context.isReplaced(item))
    return { kind: "stale-value", why: "is a rule of v1.x, which v2 replaced by another and never removes" };
  const [, name, namespace = ""] = podInComment.exec(comment) ?? [];
  if (name !== undefined && !context.live.pods.has(`${namespace}/${name}`))
    return {
      kind: "orphan",
      why: `is for Pod ${namespace}/${name}, which is gone`,
      owner: `Pod ${namespace}/${name}`,
    };
  return deadAddress(addressesOf(item), context.live, context.own) ?? strangeNetwork(item, context.live);
}

function judgeSet(item: StateItem, { sets: there }: Context): Doubt | undefined {
  const name = item.chain ?? "";
  const plain = name.replace(/^inet6:/, "");
  const successor = renamedSets[plain];
  if (successor === undefined || !there.has(name.replace(plain, successor))) return undefined;
  return {
    kind: "stale-value",
    why: `is a set of v1.x; v2 has ${successor} in its place and never removes the old one`,
  };
}

function judge(view: NodeView): (item: StateItem) => Doubt | undefined {
  const context = contextOf(view);
  return (item) => {
    if (item.family === "ipvs") {
      return item.kind === "service"
        ? judgePair(item, context)
        : deadAddress(addressesOf(item), context.live, context.own);
    }
    if (item.family === "address") return deadAddress(addressesOf(item), context.live, context.own);
    if (item.kind === "member") return judgeMember(item, context);
    if (item.kind === "rule") return judgeRule(item, context);
    return item.kind === "set" ? judgeSet(item, context) : undefined;
  };
}

const project = "https://github.com/cloudnativelabs/kube-router";

/** How kube-router's work looks on a node: firewall, service proxy, sets. Its routes and tunnels are not judged. */
export const signs: EngineSigns = {
  name: "kube-router",
  image: /(?:^|\/)kube-router(?::|@|$)/,
  process: /^(?:kube-router|k3s|k3s-server|k3s-agent|k0s)/,
  ownAnnotations: [],
  needs: [],
  detect,
  judge,
  mayBeUnreferenced: [
    { title: "default policy", chain: "KUBE-NWPLCY-(?:DEFAULT|COMMON|TAIL)" },
    {
      title: "sets of the router",
      chain: "(?:inet6:)?kube-router-(?:pod-subnets|node-ips|local-pods|local-ips|svip-prt)",
    },
  ],
  commentsDistinguish: false,
  expects: () => [],
  issues: [
    {
      kinds: ["stale-value"],
      matcher: {
        title: "rule of v1.x",
        chain: "KUBE-ROUTER-(?:INPUT|FORWARD|OUTPUT)",
        text: reworded.map(([before]) => before).join("|"),
      },
      issue: {
        title: "Rules of v1.x stay after an upgrade to v2; reboot the node after it",
        links: [`${project}/issues/1675`],
        lastBad: "v2.11.1",
      },
    },
    {
      kinds: ["duplicate"],
      matcher: { title: "rule of a top chain", chain: "KUBE-ROUTER-.*|INPUT|FORWARD|OUTPUT" },
      issue: {
        title:
          "iptables-nft 1.8.10 in the image answers wrongly whether a rule is there: one more with each sync",
        links: [`${project}/issues/1676`, `${project}/pull/1678`],
        lastBad: "v2.1.2",
        firstGood: "v2.1.3",
      },
    },
    {
      kinds: ["missing"],
      matcher: { title: "IPv6 address of the node", families: ["ipset"], chain: "inet6:kube-router-svip" },
      issue: {
        title:
          "A LoadBalancer Service makes the node and its API server unreachable: inet6:kube-router-local-ips stays empty",
        links: [`${project}/issues/1685`, `${project}/pull/1699`],
        lastBad: "v2.1.3",
        firstGood: "v2.2.1",
      },
    },
    {
      kinds: ["missing"],
      matcher: { title: "address of the node", families: ["ipset"], chain: "kube-router-svip" },
      issue: {
        title: "kube-router-local-ips is not restored: the node and its API server are refused",
        links: [`${project}/issues/1924`, `${project}/pull/1925`],
        lastBad: "v2.6.1",
        firstGood: "v2.6.2",
      },
    },
  ],
  cleanUp: "kube-router --cleanup-config (it also flushes all IPVS services of the node)",
};
