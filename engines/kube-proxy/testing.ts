import type { EngineSelection, RenderContext } from "../../harness/model/engine.ts";
import type { StateItem } from "../../harness/model/state.ts";
import { parseIptablesSave } from "../../harness/state/iptables.ts";
import { parseNftRuleset } from "../../harness/state/nftables.ts";

export type Mode = "iptables" | "nftables";

export function select(variant: Mode, options: Readonly<Record<string, string>> = {}): EngineSelection {
  return { name: "kube-proxy", variant, options };
}

export function contextOf(variant: Mode): RenderContext {
  return { selection: select(variant), settings: {}, namespace: "lp-a1" };
}

/** A part of what kube-proxy v1.36.3 wrote in iptables mode without Services of ours; the API server is 172.30.0.1:6443. */
const idleNat = [
  ":KUBE-MARK-MASQ - [0:0]",
  ":KUBE-NODEPORTS - [0:0]",
  ":KUBE-POSTROUTING - [0:0]",
  ":KUBE-PROXY-CANARY - [0:0]",
  ":KUBE-SEP-H7H6QHAVJGEHKOHM - [0:0]",
  ":KUBE-SERVICES - [0:0]",
  ":KUBE-SVC-NPX46M4PTMTKRN6Y - [0:0]",
  '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
  "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000",
  "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN",
  '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
  '-A KUBE-SEP-H7H6QHAVJGEHKOHM -s 172.30.0.1/32 -m comment --comment "default/kubernetes:https" -j KUBE-MARK-MASQ',
  '-A KUBE-SEP-H7H6QHAVJGEHKOHM -p tcp -m comment --comment "default/kubernetes:https" -m tcp -j DNAT --to-destination 172.30.0.1:6443',
  '-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "default/kubernetes:https cluster IP" -m tcp --dport 443 -j KUBE-SVC-NPX46M4PTMTKRN6Y',
  '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
  '-A KUBE-SVC-NPX46M4PTMTKRN6Y ! -s 10.244.0.0/16 -d 10.96.0.1/32 -p tcp -m comment --comment "default/kubernetes:https cluster IP" -m tcp --dport 443 -j KUBE-MARK-MASQ',
  '-A KUBE-SVC-NPX46M4PTMTKRN6Y -m comment --comment "default/kubernetes:https -> 172.30.0.1:6443" -j KUBE-SEP-H7H6QHAVJGEHKOHM',
];
const idleFilter = [
  ":KUBE-EXTERNAL-SERVICES - [0:0]",
  ":KUBE-FIREWALL - [0:0]",
  ":KUBE-FORWARD - [0:0]",
  ":KUBE-PROXY-FIREWALL - [0:0]",
  ":KUBE-SERVICES - [0:0]",
  "-A INPUT -j KUBE-FIREWALL",
  '-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
  '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT',
];

/** Rules of Service lp-a1/web: 10.96.0.50:80 and node port 30080 to 10.244.1.5:8080. */
const webNat = [
  ":KUBE-EXT-VD6HXNE5ZTIMR364 - [0:0]",
  ":KUBE-SEP-GTVWMAXPDB6I4NCI - [0:0]",
  ":KUBE-SVC-VD6HXNE5ZTIMR364 - [0:0]",
  '-A KUBE-NODEPORTS -p tcp -m comment --comment "lp-a1/web:http" -m tcp --dport 30080 -j KUBE-EXT-VD6HXNE5ZTIMR364',
  '-A KUBE-SEP-GTVWMAXPDB6I4NCI -s 10.244.1.5/32 -m comment --comment "lp-a1/web:http" -j KUBE-MARK-MASQ',
  '-A KUBE-SEP-GTVWMAXPDB6I4NCI -p tcp -m comment --comment "lp-a1/web:http" -m tcp -j DNAT --to-destination 10.244.1.5:8080',
  '-A KUBE-SERVICES -d 10.96.0.50/32 -p tcp -m comment --comment "lp-a1/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-VD6HXNE5ZTIMR364',
  '-A KUBE-SVC-VD6HXNE5ZTIMR364 -m comment --comment "lp-a1/web:http -> 10.244.1.5:8080" -j KUBE-SEP-GTVWMAXPDB6I4NCI',
];
const refused =
  '-A KUBE-SERVICES -d 10.96.0.50/32 -p tcp -m comment --comment "lp-a1/web:http has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable';

/** A state that kube-proxy leaves a node in: nothing of ours, a Service with a backend, or one without. */
export type Stage = "idle" | "web" | "refused";

export function iptables(
  stage: Stage,
  family: "iptables-nft" | "iptables-legacy" = "iptables-nft",
): readonly StateItem[] {
  const nat = [...idleNat, ...(stage === "web" ? webNat : [])];
  const filter = [...idleFilter, ...(stage === "refused" ? [refused] : [])];
  const chainsFirst = (lines: readonly string[]): readonly string[] =>
    lines.toSorted((a, b) => Number(b.startsWith(":")) - Number(a.startsWith(":")));
  return parseIptablesSave(
    family,
    ["*nat", ...chainsFirst(nat), "COMMIT", "*filter", ...chainsFirst(filter), "COMMIT", ""].join("\n"),
  ).items;
}

const table = { family: "ip", table: "kube-proxy" };
const webChain = "service-IKMNYRLR-lp-a1/web/tcp/http";
const apiChain = "service-2QRHZV4L-default/kubernetes/tcp/https";

function serviceMap(name: string, elem: readonly unknown[]): object {
  return {
    map: {
      ...table,
      name,
      type: ["ipv4_addr", "inet_proto", "inet_service"],
      map: "verdict",
      handle: 1,
      elem,
    },
  };
}

function entry(address: string, port: number, chain: string): readonly unknown[] {
  return [{ concat: [address, "tcp", port] }, { goto: { target: chain } }];
}

function dnat(chain: string, address: string, port: number): object {
  const data = { set: [[0, { concat: [address, port] }]] };
  const addr = { map: { key: { numgen: { mode: "random", mod: 1, offset: 0 } }, data } };
  const protocol = { match: { op: "==", left: { meta: { key: "l4proto" } }, right: "tcp" } };
  return { rule: { ...table, chain, handle: 2, expr: [protocol, { dnat: { family: "ip", addr } }] } };
}

/** The same in nftables mode; `emptied`: the Service is gone, its chain not yet. */
export function nftables(stage: Stage | "emptied"): readonly StateItem[] {
  const isWeb = stage === "web";
  const objects = [
    { metainfo: {} },
    { table: { family: "ip", name: "kube-proxy", handle: 1 } },
    {
      set: {
        ...table,
        name: "cluster-ips",
        type: "ipv4_addr",
        handle: 1,
        elem: ["10.96.0.1", ...(isWeb ? ["10.96.0.50"] : [])],
      },
    },
    { set: { ...table, name: "nodeport-ips", type: "ipv4_addr", handle: 1, elem: ["172.30.1.11"] } },
    serviceMap("no-endpoint-services", stage === "refused" ? [entry("10.96.0.50", 80, "reject-chain")] : []),
    serviceMap("service-ips", [
      entry("10.96.0.1", 443, apiChain),
      ...(isWeb ? [entry("10.96.0.50", 80, webChain)] : []),
    ]),
    {
      map: {
        ...table,
        name: "service-nodeports",
        type: ["inet_proto", "inet_service"],
        map: "verdict",
        handle: 1,
        elem: isWeb
          ? [[{ concat: ["tcp", 30080] }, { goto: { target: "external-IKMNYRLR-lp-a1/web/tcp/http" } }]]
          : [],
      },
    },
    { chain: { ...table, name: "services", handle: 1 } },
    { chain: { ...table, name: apiChain, handle: 1 } },
    ...(stage === "idle" ? [] : [{ chain: { ...table, name: webChain, handle: 1 } }]),
    dnat(apiChain, "172.30.0.1", 6443),
    ...(isWeb ? [dnat(webChain, "10.244.1.5", 8080)] : []),
  ];
  const none = { items: [], tables: new Set<string>(), incompatible: new Set<string>() };
  return parseNftRuleset(JSON.stringify({ nftables: objects }), { ip: none, ip6: none }).items;
}
