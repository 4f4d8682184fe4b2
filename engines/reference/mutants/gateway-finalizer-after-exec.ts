import { sound } from "../behaviour.ts";
import { cleansWhileDeleting } from "./building/gateway-finalizers.ts";
import type { Mutant } from "./mutant.ts";

export const gatewayFinalizerAfterExec: Mutant = {
  name: "gateway-finalizer-after-exec",
  breaks:
    "An object of the gateway gets its finalizer only after the exec that programs it: one that is deleted meanwhile leaves its rules.",
  upstream: "https://github.com/kubeovn/kube-ovn/issues/5115",
  scenario: "fip-deleted-during-exec",
  oracle: "retired-identity",
  behaviour: () => ({ ...sound, ...cleansWhileDeleting, finalizer: () => "after" }),
};
