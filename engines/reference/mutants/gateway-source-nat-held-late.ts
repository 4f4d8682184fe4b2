import { sound } from "../behaviour.ts";
import { cleansWhileDeleting } from "./building/gateway-finalizers.ts";
import type { Mutant } from "./mutant.ts";

export const gatewaySourceNatHeldLate: Mutant = {
  name: "gateway-source-nat-held-late",
  breaks:
    "Source NAT alone gets its finalizer after the exec that programs it: it leaves its rule when it is deleted meanwhile.",
  upstream: "https://github.com/kubeovn/kube-ovn/pull/6412",
  scenario: "fip-snat-deleted-during-exec",
  oracle: "retired-identity",
  behaviour: () => ({
    ...sound,
    ...cleansWhileDeleting,
    finalizer: (resource) => (resource === "sourcenats" ? "after" : "before"),
  }),
};
