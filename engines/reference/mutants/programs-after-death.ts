import { sound } from "../behaviour.ts";
import { readsOnce } from "./building/reads-once.ts";
import type { Mutant } from "./mutant.ts";

export const programsAfterDeath: Mutant = {
  name: "programs-after-death",
  breaks:
    "An object is read, then waits its turn, and is programmed as it was read, even if it has gone since: nobody removes it then.",
  upstream: "https://github.com/kubeovn/kube-ovn/pull/5142",
  scenario: "egress-created-and-deleted-at-once",
  oracle: "retired-identity",
  behaviour: () => ({ ...sound, accepts: readsOnce() }),
};
