import { compareReleases, parseRelease, type Release } from "../release.ts";

/** What differs between releases of kube-vip, as far as the adapter can tell the difference. */
export interface Era {
  /** What a node is called in leases and looked up as in endpoints. */
  readonly identity: "hostname" | "vip_nodename";
  /** Value of vip_loglevel that means debug. */
  readonly debugLevel: string;
  /** What backends are read from, unless told otherwise. */
  readonly backends: "endpoints" | "endpointslices";
  /** vip_subnet, where it must be given: before, it was pasted to the address as it stood. */
  readonly vipSubnet?: string;
  /** Protocol that routes carry, as `ip route` prints it. */
  readonly routeProtocol: string;
  /** What writes egress rules, unless egress_withnftables says otherwise. */
  readonly egress: "iptables-legacy" | "nftables";
  /** What egress_withnftables=true chooses. */
  readonly egressWithNftables: "iptables-nft" | "nftables";
  /** A Service can ask for egress by nftables (kube-vip.io/egress-internal). */
  readonly egressInternal: boolean;
  /** Pod and service networks are read from the controller manager's flags where none is given. */
  readonly cidrDiscovery: boolean;
  /** The annotation kube-vip.io/egress-ipv6 exists. */
  readonly egressIpv6: boolean;
  /** The documented ClusterRole lets it list pods. */
  readonly mayListPods: boolean;
  /** How long a new Service waits, in vain, before its election begins, in ms. */
  readonly electionDelayMs: number;
}

/** The era of the first release that is supported; later rows are what changed since. */
const first: Era = {
  // v0.7.0:pkg/manager/watch_services.go:52 takes os.Hostname() and has no vip_nodename.
  identity: "hostname",
  // logrus numbers: v0.8.9:cmd/kube-vip.go:14, default 4 (pkg/kubevip/config_environment.go:24).
  debugLevel: "5",
  // v0.9.2:pkg/kubevip/config_envvar.go:207: slices only with enable_endpointslices.
  backends: "endpoints",
  // v0.7.0:pkg/vip/address.go:151-157 sets no protocol: the kernel says boot.
  routeProtocol: "boot",
  // v0.7.0:pkg/iptables/iptables.go:586-588: iptables-legacy, or iptables-nft when asked.
  egress: "iptables-legacy",
  egressWithNftables: "iptables-nft",
  egressInternal: false,
  // v0.8.2:pkg/manager/service_egress.go:61: the call is commented out.
  cidrDiscovery: false,
  egressIpv6: false,
  // kube-vip.io/manifests/rbac.yaml before 2025-01-08 (website 9ad90c6).
  mayListPods: false,
  electionDelayMs: 0,
};

/** In ascending order; each row holds from its release on. */
const changes: readonly { readonly since: Release; readonly now: Partial<Era> }[] = [
  // v0.7.1:pkg/vip/address.go:188 (vip_routingprotocol, default 248).
  { since: [0, 7, 1], now: { routeProtocol: "248" } },
  // v0.8.0:pkg/kubevip/config_environment.go:105; host name only where it is absent (pkg/manager/manager.go:70).
  { since: [0, 8, 0], now: { identity: "vip_nodename" } },
  // v0.8.3:pkg/manager/service_egress.go:79; v0.8.3:pkg/manager/services.go:26.
  { since: [0, 8, 3], now: { cidrDiscovery: true, egressIpv6: true } },
  // v0.8.8 is of 2025-01-10, two days after the right was added to the documented ClusterRole.
  { since: [0, 8, 8], now: { mayListPods: true } },
  // v0.8.10:cmd/kube-vip.go:12 uses log/slog: -4 is debug.
  { since: [0, 8, 10], now: { debugLevel: "-4" } },
  // v0.9.0:pkg/manager/instance.go:102 splits it by family; pkg/cluster/service.go:47 fails without.
  { since: [0, 9, 0], now: { vipSubnet: "32,128" } },
  // v1.0.0:pkg/kubevip/config_envvar.go:216: Endpoints only with enable_endpoints.
  { since: [1, 0, 0], now: { backends: "endpointslices", egressInternal: true } },
  // v1.0.3:pkg/endpoints/endpoints_routing_table.go:120 waits 60 s for an instance that the election is to
  // make, in a copy of the list that never changes (pkg/instance/instance.go:643); gone in v1.1.2.
  { since: [1, 0, 3], now: { electionDelayMs: 60_000 } },
  { since: [1, 1, 2], now: { electionDelayMs: 0 } },
  // v1.2.2:cmd/kube-vip.go:174 (default true) and pkg/services/egress.go:242 (netlink, no iptables);
  // v1.2.1:pkg/services/egress.go:242 still execs iptables.
  { since: [1, 2, 2], now: { egress: "nftables", egressWithNftables: "nftables" } },
];

/** The first and the last release that were tried. */
export const tried = { first: "v0.7.0", last: "v1.2.3" } as const;

/** Undefined for what is no release, or one before the first that is supported. */
export function eraOf(version: string): Era | undefined {
  const parsed = parseRelease(version);
  if (parsed === undefined || compareReleases(parsed, [0, 7, 0]) < 0) return undefined;
  const since = changes.filter((change) => compareReleases(parsed, change.since) >= 0);
  return Object.assign({}, first, ...since.map((change) => change.now)) as Era;
}
