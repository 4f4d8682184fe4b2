import type { ClusterFacts, Engine, EngineProfile, EngineSelection } from "../../harness/model/engine.ts";
import { access } from "./access.ts";
import { keptInIptables } from "./keeps-iptables.ts";
import { keptInNftables } from "./keeps-nftables.ts";
import { launch, minSyncMs, selectionProblems } from "./launch.ts";
import { match } from "./match.ts";
import { render } from "./render.ts";

/** A sync that failed is tried again after --iptables-sync-period (30 s, in nftables mode too); work comes on top. */
const worstCaseMs = 35_000;

/** A chain that nftables mode has emptied is deleted by the next sync, if that comes a second later: else by the one behind it. */
const staleChainMs = 1_100;

/** Syncs are that far apart, so a change may wait as long; then it takes what the tables are read in to write. */
function settleMs({ options, variant }: EngineSelection): number {
  const syncMs = minSyncMs(options) + 500;
  return variant === "nftables" ? Math.max(staleChainMs, syncMs) : syncMs;
}

function profile(selection: EngineSelection, cluster?: ClusterFacts): EngineProfile {
  return {
    features: ["service-rules"],
    keeps: selection.variant === "nftables" ? keptInNftables(cluster) : keptInIptables(cluster),
    keepsObjects: [{ kind: "Event", name: ".*", reason: "tells of its start; events expire by themselves" }],
    constants: [
      {
        cidr: "127.0.0.0/8",
        reason: "node ports on the loopback address, and packets that pretend to come from it",
      },
      { cidr: "::1", reason: "node ports are never served on the loopback address of IPv6" },
    ],
    // It has no handler for SIGTERM: rules stay so that Services work while it is restarted.
    exit: { policy: "keeps", except: [] },
    worstCaseMs,
    settleMs: settleMs(selection),
  };
}

/** kube-proxy as it comes with the control plane. */
export const kubeProxy: Engine = {
  contract: 1,
  name: "kube-proxy",
  title: "kube-proxy",
  variants: ["iptables", "nftables"],
  program: { kind: "control-plane", program: "kube-proxy" },
  problems: selectionProblems,
  profile,
  access,
  launch,
  render,
  match,
};
