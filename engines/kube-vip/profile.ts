import type { ClusterFacts, EngineProfile, EngineSelection, KeptItem } from "../../harness/model/engine.ts";
import type { FeatureName, Settings } from "../../harness/model/scenario.ts";
import { parseNetwork } from "../../harness/state/address.ts";
import { apiServerKeeps } from "../api-server-items.ts";
import { defaultRouteTable, egressChain } from "./match.ts";
import {
  egressBackend,
  eraOfSelection,
  iptablesFamilies,
  leaseTimingMs,
  nftablesTable,
  routeProtocol,
  sweepsRoutes,
} from "./options.ts";

/** client-go waits up to (1 + 1.2) times the period between two tries for a lease. */
const jitterFactor = 2.2;

/** Between the watch event and the last rule: programs that are started, API writes, a busy machine. */
const workMs = 5_000;

/** API servers are asked first whether they are well, and nodes with virtual servers may be guests that are emulated. */
const balancingMs = 10_000;

/** A sweep of routes begins so long after the start (v0.7.1:pkg/manager/manager_table.go). */
const sweepDelayMs = 10_000;

/** It is no Service's: one node holds it as long as kube-vip runs on any. */
function controlPlaneKeeps({ controlPlaneVip, balancesControlPlane }: Settings): readonly KeptItem[] {
  if (controlPlaneVip === undefined) return [];
  const reason = "is the address of the API server, and no object's";
  const tokens = [parseNetwork(controlPlaneVip)];
  return [
    { title: "address of the API server", families: ["address"], tokens, reason, endsWithEngine: true },
    ...(balancesControlPlane ? [apiServerKeeps(controlPlaneVip)] : []),
  ];
}

/** What a release promises as a service load balancer. */
export function profile(
  selection: EngineSelection,
  _cluster?: ClusterFacts,
  settings: Settings = {},
): EngineProfile {
  const kept = keptItems(selection);
  const retryMs = leaseTimingMs(selection, "vip_retryperiod") * jitterFactor;
  const takeoverMs = leaseTimingMs(selection, "vip_leaseduration") + retryMs;
  return {
    features: features(selection),
    keeps: [...kept, ...controlPlaneKeeps(settings)],
    keepsObjects: [
      {
        kind: "Lease",
        name: "kubevip-.*",
        reason:
          "the lease of a Service's election is released, never deleted: the vendor's role has no right to",
      },
      {
        kind: "Lease",
        name: "plndr-.*",
        reason: "the lease of a global election is released, never deleted",
      },
    ],
    // The defaults 10.0.0.0/16 and 10.96.0.0/12 are left out on purpose: nobody configured them.
    constants: [],
    ...sharedRoutes(selection),
    exit: { policy: "cleans", except: kept },
    worstCaseMs: Math.round(
      takeoverMs +
        workMs +
        eraOfSelection(selection).electionDelayMs +
        (settings.balancesControlPlane ? balancingMs : 0) +
        (sweepsRoutes(selection) ? sweepDelayMs : 0),
    ),
    settleMs: Math.round(retryMs + 500),
  };
}

/** It looks at a route's protocol only where it was told to sweep: then it owns all that carry it. */
function sharedRoutes(selection: EngineSelection): Pick<EngineProfile, "sharedRoutes"> {
  if (selection.variant === "arp") return {};
  const protocol = Number(routeProtocol(selection));
  if (sweepsRoutes(selection) || Number.isNaN(protocol)) return {};
  return { sharedRoutes: { table: defaultRouteTable, protocol } };
}

function features(selection: EngineSelection): readonly FeatureName[] {
  const era = eraOfSelection(selection);
  return [
    "egress",
    "egress-ports",
    ...(selection.variant === "arp"
      ? (["service-address", "control-plane-address", "control-plane-balancing"] as const)
      : (["route-table"] as const)),
    "leader-election",
    ...(era.egressIpv6 ? (["egress-ipv6"] as const) : []),
    ...(era.cidrDiscovery ? (["egress-cidr-discovery"] as const) : []),
  ];
}

/** What no release takes away (v0.8.4:pkg/manager/service_egress.go:230-282, v1.2.3:pkg/egress/egress.go). */
function keptItems(selection: EngineSelection): readonly KeptItem[] {
  const backend = egressBackend(selection);
  // A sweep at the start (egress_clean) makes the tables whatever the back end.
  return [...(backend === "nftables" ? [] : keptRules(backend)), ...keptTables(selection)];
}

function keptRules(backend: "iptables-legacy" | "iptables-nft"): readonly KeptItem[] {
  const both = iptablesFamilies(backend);
  const families = [both[4], both[6]];
  return [
    {
      title: "egress chain",
      families,
      table: "mangle",
      chain: egressChain,
      kinds: ["chain"],
      reason: "kube-vip makes the chain once and never removes it",
    },
    {
      title: "exemption of a network from egress",
      families,
      table: "mangle",
      chain: egressChain,
      kinds: ["rule"],
      text: "-j RETURN",
      reason: "names a network of the cluster and the namespace, no Service and no pod; never removed",
    },
    {
      title: "jump to the egress chain",
      families,
      table: "mangle",
      chain: "PREROUTING",
      kinds: ["rule"],
      text: `-j ${egressChain}`,
      reason: "one a namespace, names no Service and no pod; never removed",
    },
  ];
}

function keptTables(selection: EngineSelection): readonly KeptItem[] {
  return ([4, 6] as const).map((family) => ({
    title: "egress table",
    families: ["nftables"],
    table: nftablesTable(selection, family),
    kinds: ["table"],
    reason: "kube-vip deletes the chain of a Service, never the table",
  }));
}
