import { compareReleases, parseRelease, type Release } from "../release.ts";

/** What differs between releases of kube-router, as far as the adapter can tell the difference. */
export interface Era {
  /** Families are chosen by --enable-ipv4 and --enable-ipv6; before, it is IPv4 alone. */
  readonly choosesFamilies: boolean;
  /** --loadbalancer-ip-range and the allocator exist. */
  readonly allocates: boolean;
  /** External addresses of Services are refused outside of ranges on its command line, unless it is told not to. */
  readonly validatesExternalIps: boolean;
  /** The comment of the rule that lets the network of the services pass, without the hash behind it. */
  readonly clusterIpComment: string;
  /** The comment of the rule that ends the three chains. */
  readonly acceptComment: string;
  /** Chains that are there without any policy, beside KUBE-NWPLCY-DEFAULT. */
  readonly commonChains: readonly string[];
  /** Protocols of node ports that pass. */
  readonly nodePortProtocols: readonly string[];
}

/** The era of the first release that is supported; later rows are what changed since. */
const first: Era = {
  choosesFamilies: false,
  allocates: false,
  validatesExternalIps: false,
  // v1.5.3:pkg/controllers/netpol/network_policy_controller.go:381.
  clusterIpComment: "allow traffic to cluster IP",
  // v1.5.3:pkg/controllers/netpol/network_policy_controller.go:423.
  acceptComment: "explicitly ACCEPT traffic that complies with network policies",
  commonChains: [],
  nodePortProtocols: ["TCP", "UDP"],
};

/** In ascending order; each row holds from its release on. */
const changes: readonly { readonly since: Release; readonly now: Partial<Era> }[] = [
  {
    since: [2, 0, 0],
    now: {
      choosesFamilies: true,
      // v2.0.0:pkg/controllers/netpol/network_policy_controller.go:463 and :556: the words changed, and the
      // words are what a rule is found by.
      clusterIpComment: "allow traffic to primary/secondary cluster IP range",
      acceptComment: "rule to explicitly ACCEPT traffic that comply to network policies",
    },
  },
  // v2.1.0:pkg/options/options.go: --loadbalancer-ip-range.
  { since: [2, 1, 0], now: { allocates: true } },
  // v2.6.0:pkg/controllers/netpol/network_policy_controller.go:37.
  { since: [2, 6, 0], now: { commonChains: ["KUBE-NWPLCY-COMMON"] } },
  // v2.8.0:pkg/options/options.go:257, and pkg/controllers/netpol/network_policy_controller.go:515.
  { since: [2, 8, 0], now: { validatesExternalIps: true, nodePortProtocols: ["TCP", "UDP", "SCTP"] } },
  // v2.10.0:pkg/controllers/netpol/npc_iptables.go:33.
  { since: [2, 10, 0], now: { commonChains: ["KUBE-NWPLCY-COMMON", "KUBE-NWPLCY-TAIL"] } },
];

/** The first and the last release that are supported. */
export const supported = { first: "v1.5.3", last: "v2.11.1" } as const;

/** What is true of a release; undefined for what is no release, or one before the first that is supported. */
export function eraOf(text: string): Era | undefined {
  const version = parseRelease(text);
  const oldest = parseRelease(supported.first);
  if (version === undefined || oldest === undefined || compareReleases(version, oldest) < 0) return undefined;
  const since = changes.filter((change) => compareReleases(version, change.since) >= 0);
  return Object.assign({}, first, ...since.map((change) => change.now)) as Era;
}
