import { sound } from "../behaviour.ts";
import { cleansByFinalizer } from "./building/finalizers.ts";
import type { Mutant } from "./mutant.ts";

export const finalizerMissingForRoutes: Mutant = {
  name: "finalizer-missing-for-routes",
  breaks: "Rules go by a finalizer, and of two kinds of objects one never gets it: all its routes stay.",
  upstream: "https://github.com/kubeovn/kube-ovn/issues/5799",
  scenario: "route-several-services",
  oracle: "retired-identity",
  rights: ["patch-services"],
  behaviour: () => ({ ...sound, ...cleansByFinalizer({ delayMs: 0, of: ["egress"] }) }),
};
