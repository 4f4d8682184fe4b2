import type { EngineProfile, KeptItem } from "../../harness/model/engine.ts";
import { names, ownNetworks } from "./names.ts";

/** Chains that the script's `init` makes, and nothing removes. */
const chains =
  "DNAT_FILTER|SNAT_FILTER|EXCLUSIVE_DNAT|EXCLUSIVE_SNAT|SHARED_DNAT|SHARED_SNAT|HAIRPIN_SNAT|VPC_MARK";

const families = ["iptables-legacy", "iptables-nft"] as const;

const keeps: readonly KeptItem[] = [
  {
    title: "chains of the gateway",
    families,
    kinds: ["chain"],
    chain: chains,
    reason: "made by the script's init, once for the life of the gateway's pod",
  },
  {
    title: "jumps between the chains of the gateway",
    families,
    kinds: ["rule"],
    text: `^-A (?:PREROUTING|POSTROUTING|DNAT_FILTER|SNAT_FILTER) -j (?:${chains})$`,
    reason: "made by the script's init, names no object",
  },
  {
    title: "mark on what comes from the VPC",
    families,
    kinds: ["rule"],
    chain: "VPC_MARK",
    text: "^-A VPC_MARK -i \\S+ -j MARK --set-xmark 0x1/0x1$",
    reason: "made by the script's init, names no object",
  },
  {
    title: "built-in chains of the tables nat and mangle",
    families,
    kinds: ["policy"],
    chain: "PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING",
    text: "ACCEPT",
    reason: "iptables makes them with the first rule of a table",
  },
];

/** What the controller makes for the cluster and its gateway, as long as both are there. */
const keepsObjects = [
  ["Lease", "kube-ovn-controller", "leader election; taken over by the next controller"],
  ["Vpc", "ovn-cluster", "the VPC of the cluster itself"],
  ["Subnet", "ovn-default|join", "the subnets of the cluster itself"],
  ["IP", ".*", "addresses of nodes and of the gateway's pod, which are still there"],
  ["StatefulSet", names.statefulSet, "the gateway is still there"],
  ["ConfigMap", "ovn-.*|kube-ovn-.*", "settings of the engine itself"],
  ["Secret", "ovn-.*", "keys of the engine itself"],
  ["SecurityGroup", "kubeovn_deny_all|default.*", "the group that is everybody's"],
  ["IPPool", ".*", "pools of the cluster's own subnets"],
] as const;

export function profile(): EngineProfile {
  return {
    features: ["fip-nat"],
    keeps,
    keepsObjects: keepsObjects.map(([kind, name, reason]) => ({ kind, name, reason })),
    constants: Object.values(ownNetworks).map((cidr) => ({ cidr, reason: "networks that its flags name" })),
    exit: { policy: "keeps", except: [] },
    // Each address of a gateway is announced for 3 s, one after the other; what failed is tried again within 2 s.
    worstCaseMs: 30_000,
    // A failed step is tried again within 2 s by its flags.
    settleMs: 3_000,
  };
}
