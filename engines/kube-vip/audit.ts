import type { Doubt, EngineSigns, Expected, NodeView } from "../../harness/audit/engine-signs.ts";
import type { LiveObjects, LiveService } from "../../harness/audit/live-objects.ts";
import {
  addressesOf,
  commentOf,
  hostsOf,
  networksOf,
  strangeNetwork,
} from "../../harness/audit/read-item.ts";
import { textAt } from "../../harness/audit/fields.ts";
import type { StateItem } from "../../harness/model/state.ts";
import { parseNetwork, readAddress, renderInterval } from "../../harness/state/address.ts";
import { iptablesFamilies } from "./options.ts";
import { defaultRouteTable, egressChain } from "./match.ts";

/** base64 of "kube-vip\n", then the namespace of the Service (v0.8.4:pkg/vip/egress.go). */
const commentForm = /^a3ViZS12aXAK=kube-vip-(.*)$/;
const tableForm = /^ip6? kube_vip(?:_.*)?_v[46]$/;

function isOwn(item: StateItem): boolean {
  switch (item.family) {
    case "iptables-legacy":
    case "ip6tables-legacy":
    case "iptables-nft":
    case "ip6tables-nft":
      return item.chain === egressChain || item.text.includes("a3ViZS12aXAK=kube-vip-");
    case "nftables":
      return tableForm.test(item.table ?? "");
    case "route":
      return isOwnRoute(item);
    default:
      return false;
  }
}

/** Protocol 248, or (v0.7.0) none; v0.7.0 writes host routes without a gateway into a table that nobody else uses by default. */
function isOwnRoute(item: StateItem): boolean {
  const isHost = /^(?:unicast|local) [0-9a-f.:]+ dev \S+ proto (?:248|boot) scope global/.test(item.text);
  if (!isHost || item.table === "255") return false;
  return item.text.includes(" proto 248 ") ? true : item.table === String(defaultRouteTable);
}

function isEgress(service: LiveService): boolean {
  return service.object.metadata.annotations?.["kube-vip.io/egress"] === "true";
}

function hasBackend(service: LiveService, address: string): boolean {
  return service.backends.some((backend) => backend.address === address);
}

function judgePod(pod: string, vip: string | undefined, live: LiveObjects): Doubt | undefined {
  const services = (live.servicesByBackend.get(pod) ?? []).filter(isEgress);
  const owners = vip === undefined ? [] : (live.servicesByAddress.get(vip) ?? []).filter(isEgress);
  const owner = owners[0] === undefined ? {} : { owner: `Service ${owners[0].name}` };
  if (vip !== undefined && !live.byAddress.has(vip))
    return { kind: "orphan", why: `names ${vip}, which no object names`, ...owner };
  if (!live.byAddress.has(pod))
    return { kind: "orphan", why: `names ${pod}, which no object names`, ...owner };
  if (services.length === 0)
    return { kind: "stale-value", why: `is for ${pod}, which is no backend of an egress Service`, ...owner };
  if (vip !== undefined && !owners.some((service) => hasBackend(service, pod)))
    return { kind: "stale-value", why: `${pod} is no backend of the Service that has ${vip}`, ...owner };
  return undefined;
}

/** Rules for a whole namespace: they name no Service, and no release takes them away. */
function judgeNamespace(namespace: string, live: LiveObjects): Doubt | undefined {
  const isUsed = [...live.services.values()].some(
    (service) => isEgress(service) && service.name.startsWith(`${namespace}/`),
  );
  return isUsed
    ? undefined
    : { kind: "orphan", why: `is for namespace ${namespace}, which has no Service with egress any more` };
}

/** An address of another family that is written as a network: `-s fd00:10::5/32` is all of fd00:10::/32. */
function tooWide(item: StateItem): Doubt | undefined {
  const wide = networksOf(item).find(({ family }) => family === 6);
  return wide === undefined
    ? undefined
    : { kind: "stale-value", why: `matches all of ${renderInterval(wide)}, where one pod is meant` };
}

function judgeIptables(item: StateItem, live: LiveObjects): Doubt | undefined {
  if (item.kind !== "rule") return undefined;
  const [, namespace = ""] = commentForm.exec(commentOf(item) ?? "") ?? [];
  const { source } = hostsOf(item);
  if (item.text.includes("-j SNAT ") || item.text.includes("-j MARK ")) {
    if (source === undefined) return tooWide(item);
    const vip = /--to-source ([0-9a-f.:]+)/.exec(item.text)?.[1];
    return judgePod(source, vip, live);
  }
  return judgeNamespace(namespace, live) ?? strangeNetwork(item, live);
}

function judgeNftables(item: StateItem, live: LiveObjects): Doubt | undefined {
  if (item.kind !== "rule" || !/\bsnat (?:ip6? )?to /.test(item.text)) return undefined;
  const { source } = hostsOf(item);
  const vip = /\bsnat (?:ip6? )?to ([0-9a-f.:]+)/.exec(item.text)?.[1];
  return source === undefined ? undefined : judgePod(source, vip, live);
}

/** Like any address that an object names: a control plane's VIP stands in kube-vip's own settings. */
function judgeRoute(item: StateItem, live: LiveObjects): Doubt | undefined {
  const [vip] = addressesOf(item);
  if (vip === undefined || live.byAddress.has(vip)) return undefined;
  return { kind: "orphan", why: `leads to ${vip}, which no object names` };
}

function judge({ live }: NodeView): (item: StateItem) => Doubt | undefined {
  return (item) => {
    if (item.family === "route") return judgeRoute(item, live);
    return item.family === "nftables" ? judgeNftables(item, live) : judgeIptables(item, live);
  };
}

/** The node that holds the lease of a Service's election; undefined where there is none. */
function leaderOf(service: LiveService, live: LiveObjects): string | undefined {
  const [namespace = "", name = ""] = service.name.split("/");
  const lease = live.all.findLast(
    ({ kind, metadata }) =>
      kind === "Lease" && metadata.namespace === namespace && metadata.name === `kubevip-${name}`,
  );
  return textAt(lease, "spec", "holderIdentity");
}

function egressRules(pod: string, vip: string, service: LiveService): readonly Expected[] {
  const from = parseNetwork(pod);
  const to = parseNetwork(vip);
  const object = `Service ${service.name}`;
  const families = (["iptables-legacy", "iptables-nft"] as const).map(
    (backend) => iptablesFamilies(backend)[from.family],
  );
  const nft = {
    title: "internal SNAT",
    families: ["nftables" as const],
    kinds: ["rule" as const],
    chain: "kube_vip_snat_.*",
    tokens: [from, to],
  };
  const rule = { families, kinds: ["rule" as const] };
  return [
    {
      title: `mark on packets of ${pod}`,
      object,
      anyOf: [{ ...rule, title: "MARK", chain: egressChain, text: "-j MARK ", tokens: [from] }, nft],
    },
    {
      title: `SNAT of ${pod} to ${vip}`,
      object,
      anyOf: [{ ...rule, title: "SNAT", table: "nat", text: "-j SNAT ", tokens: [from, to] }, nft],
    },
  ];
}

/** Egress alone, with an election for every Service: whether routes or addresses are made is a matter of settings. */
function expects({ node, live }: NodeView): readonly Expected[] {
  const stable = new Set(
    live.stable
      .filter(({ kind }) => kind === "Service")
      .map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`),
  );
  return [...live.services.values()].flatMap((service) => {
    if (node === undefined || !stable.has(service.name) || !isEgress(service)) return [];
    if (leaderOf(service, live) !== node) return [];
    const vip = service.object.metadata.annotations?.["kube-vip.io/loadbalancerIPs"]?.split(",")[0];
    const local = service.backends.filter((backend) => backend.node === node && backend.isReady);
    const pods = new Set(local.map(({ address }) => address));
    const [pod] = pods;
    // One endpoint is chosen where there are several: which one only the engine knows.
    if (vip === undefined || pod === undefined || pods.size !== 1) return [];
    if (readAddress(vip)?.family !== readAddress(pod)?.family) return [];
    return egressRules(pod, vip, service);
  });
}

/** How kube-vip's work looks on a node: egress rules of either back end, and routes. Addresses of ARP mode carry no sign of it. */
export const signs: EngineSigns = {
  name: "kube-vip",
  image: /(?:^|\/)kube-vip(?:-iptables)?(?::|@|$)/,
  process: /^kube-vip/,
  ownAnnotations: ["kube-vip.io/active-endpoint", "kube-vip.io/active-endpoint-ipv6", "kube-vip.io/vipHost"],
  needs: [],
  detect: () => isOwn,
  judge,
  mayBeUnreferenced: [],
  commentsDistinguish: true,
  expects,
  issues: [
    {
      kinds: ["orphan", "stale-value"],
      matcher: {
        title: "SNAT of an IPv6 network",
        families: ["ip6tables-legacy", "ip6tables-nft"],
        text: "-s [0-9a-f:]+/32 .*-j SNAT ",
      },
      issue: "ipv6-snat-of-a-whole-network",
    },
    {
      kinds: ["orphan"],
      matcher: {
        title: "MARK or SNAT of IPv6",
        families: ["ip6tables-legacy", "ip6tables-nft"],
        text: "-j (?:MARK|SNAT) ",
      },
      issue: "ipv6-egress-never-torn-down",
    },
    {
      kinds: ["orphan", "stale-value"],
      matcher: {
        title: "MARK or SNAT",
        families: ["iptables-legacy", "iptables-nft"],
        text: "-j (?:MARK|SNAT) ",
      },
      issue: "egress-rules-of-old-endpoint",
    },
    {
      kinds: ["stale-value"],
      matcher: { title: "exemption", chain: egressChain, text: "-j RETURN" },
      issue: "settings-after-routing-table-id",
    },
    {
      kinds: ["orphan"],
      matcher: { title: "route", families: ["route"] },
      issue: "stale-routes-after-restart",
    },
    {
      kinds: ["orphan", "unreferenced"],
      matcher: { title: "internal egress", families: ["nftables"] },
      issue: "no-sweep-of-internal-egress",
    },
  ],
};
