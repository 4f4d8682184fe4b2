import type { ClusterFacts, KeptItem } from "../../harness/model/engine.ts";
import { parseNetwork } from "../../harness/state/address.ts";

const families = ["nftables"] as const;
const tables = ["ip kube-proxy", "ip6 kube-proxy"] as const;

/** Sets and maps that are made at the first sync and hold entries of all Services. */
const baseSets =
  "hairpin-connections|cluster-ips|nodeport-ips|no-endpoint-services|no-endpoint-nodeports|firewall-ips|service-ips|service-nodeports";

const baseChains = [
  "filter-(?:prerouting-pre-dnat|output-pre-dnat|input|forward|output)",
  "nat-(?:prerouting|output|postrouting)",
  "(?:nodeport-endpoints|service-endpoints|firewall|cluster-ips)-check",
  "services|masquerading|reject-chain",
].join("|");

const reasonApiServer = "belongs to the Service default/kubernetes, which is there all the time";

/** What kube-proxy in nftables mode has on a node without Services of ours. */
export function keptInNftables(cluster: ClusterFacts | undefined): readonly KeptItem[] {
  const kept = [...keptStructure(), ...keptForApiServer(cluster), ...keptForAWhile()];
  return tables.flatMap((table) => kept.map((item) => ({ ...item, families, table })));
}

function keptStructure(): readonly KeptItem[] {
  const reason =
    "made at the first sync for all Services together; stays, on exit too, until `kube-proxy --cleanup`";
  return [
    { title: "table of kube-proxy", kinds: ["table"], reason },
    { title: "base set", chain: baseSets, kinds: ["set", "map"], reason },
    { title: "base chain", chain: baseChains, kinds: ["chain", "rule"], reason },
    {
      title: "drop of packets to addresses of no Service",
      chain: "cluster-ips-check",
      kinds: ["rule"],
      text: "ip6? daddr .* drop.*",
      reason:
        "written at the first sync, where the ServiceCIDRs are known by then; where they come later nothing is synced for up to an hour (pkg/proxy/nftables/proxier.go: OnServiceCIDRsChanged)",
      isByChance: true,
    },
    {
      title: "address of the node for node ports",
      chain: "nodeport-ips",
      kinds: ["member"],
      reason: "the node's own address, whatever Services there are",
    },
  ];
}

function keptForApiServer(cluster: ClusterFacts | undefined): readonly KeptItem[] {
  const address: readonly KeptItem[] =
    cluster === undefined
      ? []
      : [
          {
            title: "address of the API server's Service",
            chain: "cluster-ips",
            kinds: ["member"],
            tokens: [parseNetwork(cluster.apiServiceAddress)],
            reason: reasonApiServer,
          },
        ];
  return [
    ...address,
    {
      title: "chain of the API server's Service",
      chain: "(?:service|endpoint)-[A-Z0-9]{8}-default/kubernetes/tcp/https(?:__.*)?",
      kinds: ["chain", "rule"],
      reason: reasonApiServer,
    },
    {
      title: "dispatch of the API server's Service",
      chain: "service-ips|no-endpoint-services",
      kinds: ["member"],
      text: 'goto service-[A-Z0-9]{8}-default/kubernetes/tcp/https |comment "default/kubernetes:https"',
      reason: reasonApiServer,
    },
  ];
}

/**
 * One declaration a kind of chain, since what is kept must not grow: a chain of one kind is no growth of another.
 * Their rules are not among them.
 */
function keptForAWhile(): readonly KeptItem[] {
  return ["service", "external", "endpoint", "firewall"].map((kind) => ({
    title: `emptied ${kind} chain`,
    chain: `${kind}-[A-Z0-9]{8}-.*`,
    kinds: ["chain"],
    reason:
      "a chain of a gone Service is emptied at once, and deleted by the next sync at least a second later (for kernels before 6.2); without any change that is up to an hour (pkg/proxy/nftables/proxier.go: staleChains)",
    // Whether that sync has come is a matter of a moment; a chain that is needed is missed by its rules.
    isByChance: true,
  }));
}
