import { createHash } from "node:crypto";
import type { ClusterFacts, KeptItem } from "../../harness/model/engine.ts";
import type { Family } from "../../harness/model/state.ts";

const families: readonly Family[] = ["iptables-nft", "ip6tables-nft", "iptables-legacy", "ip6tables-legacy"];

/** Chains that are made at the first sync and hold the rules of all Services. */
const baseChains =
  "KUBE-(?:SERVICES|EXTERNAL-SERVICES|NODEPORTS|FORWARD|FIREWALL|PROXY-FIREWALL|PROXY-CANARY|POSTROUTING|MARK-MASQ)";

const apiServer = "default/kubernetes:https";
const reasonApiServer = "belongs to the Service default/kubernetes, which is there all the time";

/** The end of a chain's name: 16 letters of a hash (pkg/proxy/iptables/proxier.go: servicePortEndpointChainName). */
function chainHash(...parts: readonly string[]): string {
  const digest = createHash("sha256").update(parts.join("")).digest();
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  // 16 letters of 5 bits are the first 80 bits.
  const bits = [...digest.subarray(0, 10)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{5}/g) ?? []).map((group) => alphabet[Number.parseInt(group, 2)]).join("");
}

/** What kube-proxy in iptables mode has on a node without Services of ours. */
export function keptInIptables(cluster: ClusterFacts | undefined): readonly KeptItem[] {
  return [...keptStructure(), ...keptForApiServer(cluster), routeLocalnet];
}

function keptStructure(): readonly KeptItem[] {
  const reason =
    "made at the first sync for all Services together; stays, on exit too, until `kube-proxy --cleanup`";
  return [
    { title: "base chain", families, chain: baseChains, kinds: ["chain"], reason },
    {
      title: "jump to a base chain",
      families,
      chain: "PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING",
      kinds: ["rule"],
      text: `-j ${baseChains}$`,
      reason,
    },
    {
      title: "rule for all Services",
      families,
      chain: "KUBE-(?:FORWARD|FIREWALL|POSTROUTING|MARK-MASQ)",
      kinds: ["rule"],
      reason,
    },
    {
      title: "last rule of the Services",
      families,
      table: "nat",
      chain: "KUBE-SERVICES",
      kinds: ["rule"],
      text: "-j KUBE-NODEPORTS$",
      reason,
    },
  ];
}

function keptForApiServer(cluster: ClusterFacts | undefined): readonly KeptItem[] {
  const endpoints = (cluster?.apiEndpoints ?? []).map(
    (endpoint) => `KUBE-SEP-${chainHash(apiServer, "tcp", endpoint)}`,
  );
  return [
    {
      title: "chains of the API server's Service",
      families,
      table: "nat",
      chain: [`KUBE-SVC-${chainHash(apiServer, "tcp")}`, ...endpoints].join("|"),
      kinds: ["chain", "rule"],
      reason: reasonApiServer,
    },
    {
      title: "dispatch of the API server's Service",
      families,
      chain: "KUBE-SERVICES",
      kinds: ["rule"],
      text: `--comment "${apiServer} (?:cluster IP|has no endpoints)"`,
      reason: reasonApiServer,
    },
  ];
}

const routeLocalnet: KeptItem = {
  title: "route_localnet",
  families: ["sysctl"],
  kinds: ["value"],
  text: "^net/ipv4/conf/all/route_localnet = 1$",
  reason: "lets node ports answer on 127.0.0.1 (--iptables-localhost-nodeports); set at the start, for good",
};
