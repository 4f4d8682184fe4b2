import { sound } from "../behaviour.ts";
import { cleansByFinalizer } from "./building/finalizers.ts";
import type { Mutant } from "./mutant.ts";

export const finalizerAfterProgramming: Mutant = {
  name: "finalizer-after-programming",
  breaks:
    "A Service gets its finalizer only after its rules: one that goes before leaves them, since only the finalizer has them removed.",
  upstream: "https://github.com/kubeovn/kube-ovn/issues/5115",
  scenario: "egress-created-and-deleted-at-once",
  oracle: "retired-identity",
  rights: ["patch-services"],
  behaviour: () => ({ ...sound, ...cleansByFinalizer({ delayMs: 500, of: ["egress", "routes"] }) }),
};
