import { kubeProxy } from "../../engines/kube-proxy/engine.ts";
import type { Engine } from "../../harness/model/engine.ts";
import type { EnginePick } from "../../harness/run/pick-engines.ts";

/** The engine that is put beside those under test where nobody chose one: it is always there. */
export const usualBeside: Pick<EnginePick, "selection"> & { readonly engine: Engine } = {
  engine: kubeProxy,
  selection: {
    name: kubeProxy.name,
    variant: "nftables",
    // What somebody takes away from it is not to heal before it was seen.
    options: { "iptables-sync-period": "300s" },
  },
};
