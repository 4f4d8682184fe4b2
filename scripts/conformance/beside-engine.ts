import { kubeProxy } from "../../engines/kube-proxy/engine.ts";
import type { BesideEngine } from "../../harness/run/beside.ts";

/** The engine that is put beside those under test: it is always there, and all that it has is in tables of its own. */
export const besideEngine: Omit<BesideEngine, "program"> = {
  engine: kubeProxy,
  selection: {
    name: kubeProxy.name,
    variant: "nftables",
    // What somebody takes away from it is not to heal before it was seen.
    options: { "iptables-sync-period": "300s" },
  },
};
