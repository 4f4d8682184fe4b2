import type { ClusterFacts, KeptItem } from "../../harness/model/engine.ts";
import { parseNetwork } from "../../harness/state/address.ts";
import { families } from "./match.ts";

const both = [...families[4], ...families[6]];
const sets = "(?:inet6:)?kube-router-(?:local-ips|svip|svip-prt)";

const structure: readonly KeptItem[] = [
  {
    title: "built-in chains of the tables nat and mangle",
    families: both,
    kinds: ["policy"],
    chain: "PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING",
    text: "ACCEPT",
    reason: "iptables makes them with the first rule of a table, and they may be in use by others",
  },
  {
    title: "chain of what comes in at addresses of Services",
    families: both,
    table: "filter",
    chain: "KUBE-ROUTER-SERVICES",
    reason: "its rules name sets, no Service",
  },
  {
    title: "jump to the chain of what comes in at addresses of Services",
    families: both,
    table: "filter",
    kinds: ["rule"],
    chain: "INPUT",
    text: "-j KUBE-ROUTER-SERVICES$",
    reason: "one for each family, names a set and no Service",
  },
  {
    title: "source address of what IPVS forwards",
    families: both,
    table: "nat",
    kinds: ["rule"],
    chain: "POSTROUTING",
    text: "-m ipvs .*-j SNAT ",
    reason: "names the node and networks, no Service",
  },
  {
    title: "chain of pods that reach themselves",
    families: both,
    table: "nat",
    chain: "KUBE-ROUTER-HAIRPIN",
    kinds: ["chain"],
    reason: "is made once and never removed",
  },
  {
    title: "sets of addresses",
    families: ["ipset"],
    kinds: ["set"],
    chain: sets,
    reason: "the rules of the chains name them, whatever is in them",
  },
  {
    title: "addresses of the node",
    families: ["ipset"],
    kinds: ["member"],
    chain: "(?:inet6:)?kube-router-local-ips",
    reason: "names addresses that the node has by itself",
  },
  {
    title: "interface of the addresses of Services",
    families: ["link"],
    text: "kube-dummy-if",
    reason: "is made once and never removed",
  },
  {
    title: "lookup of tables of its own",
    families: ["rule"],
    text: "lookup (?:78|79|external_ip|kube-router-dsr)",
    reason: "one for all Services",
  },
  {
    title: "route of the table for direct returns",
    families: ["route"],
    table: "78",
    reason: "leads to the node itself whatever the Service",
  },
  {
    title: "settings of IPVS and ARP",
    families: ["sysctl"],
    text: "net/ipv4/(?:vs/|conf/all/(?:arp_ignore|arp_announce|rp_filter))",
    reason: "set once for the node",
  },
];

/** What is there for the Service default/kubernetes, which no scenario makes or deletes. */
function ofApiService({ apiServiceAddress }: ClusterFacts): readonly KeptItem[] {
  const reason = "the Service default/kubernetes is always there";
  const tokens = [parseNetwork(apiServiceAddress)];
  const address = apiServiceAddress.replace(/\./g, "\\.");
  return [
    { title: "virtual server of default/kubernetes", families: ["ipvs"], kinds: ["service"], tokens, reason },
    {
      title: "destination of default/kubernetes",
      families: ["ipvs"],
      kinds: ["destination"],
      chain: `-t ${address}:443`,
      reason,
    },
    {
      title: "address of default/kubernetes in sets",
      families: ["ipset"],
      kinds: ["member"],
      chain: sets,
      tokens,
      reason,
    },
    { title: "address of default/kubernetes", families: ["address", "route"], tokens, reason },
  ];
}

/** What stays with the service proxy on when all Services of a scenario are gone. */
export function serviceProxyKeeps(cluster: ClusterFacts | undefined): readonly KeptItem[] {
  return [...structure, ...(cluster === undefined ? [] : ofApiService(cluster))];
}
