import { sound } from "../behaviour.ts";
import { cleansWhileDeleting } from "./building/gateway-finalizers.ts";
import type { Mutant } from "./mutant.ts";

export const gatewayProgramsWhatIsGone: Mutant = {
  name: "gateway-programs-what-is-gone",
  breaks:
    "An object that went while it waited for its turn cannot be held, which is no reason not to program it.",
  upstream: "https://github.com/kubeovn/kube-ovn/pull/5142",
  scenario: "fip-created-and-deleted",
  oracle: "retired-identity",
  behaviour: () => ({ ...sound, ...cleansWhileDeleting, programsWhatIsGone: true }),
};
