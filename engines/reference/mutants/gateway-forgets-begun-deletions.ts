import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const gatewayForgetsBegunDeletions: Mutant = {
  name: "gateway-forgets-begun-deletions",
  breaks:
    "An object of the gateway that was being deleted when the process began is nobody's business: it keeps its finalizer for ever.",
  upstream: "https://github.com/kubeovn/kube-ovn/issues/7210",
  scenario: "fip-engine-killed-while-deleting",
  oracle: "api-residue",
  behaviour: () => ({ ...sound, freesWhatItFoundDeleted: false }),
};
