import { sound } from "../behaviour.ts";
import { readsOnce } from "./building/reads-once.ts";
import type { Mutant } from "./mutant.ts";

export const gatewayReadsBeforeItWaits: Mutant = {
  name: "gateway-reads-before-it-waits",
  breaks:
    "An object of the gateway is read, waits for another one that is worked on, and is programmed as it was read, even if it has gone since.",
  upstream: "https://github.com/kubeovn/kube-ovn/issues/5115",
  scenario: "fip-deleted-while-name-is-locked",
  oracle: "retired-identity",
  behaviour: () => ({ ...sound, accepts: readsOnce(), programsWhatIsGone: true }),
};
