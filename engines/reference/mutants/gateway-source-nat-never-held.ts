import { sound } from "../behaviour.ts";
import { cleansWhileDeleting } from "./building/gateway-finalizers.ts";
import type { Mutant } from "./mutant.ts";

export const gatewaySourceNatNeverHeld: Mutant = {
  name: "gateway-source-nat-never-held",
  breaks: "Source NAT never gets a finalizer, on which all cleaning depends: every deletion leaves its rule.",
  upstream: "https://github.com/kubeovn/kube-ovn/issues/5799",
  scenario: "fip-snat-deleted",
  oracle: "retired-identity",
  behaviour: () => ({
    ...sound,
    ...cleansWhileDeleting,
    finalizer: (resource) => (resource === "sourcenats" ? "never" : "before"),
  }),
};
