import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const rbacFallback: Mutant = {
  name: "rbac-fallback",
  breaks:
    "The networks are looked up although they are configured, and where that is forbidden built-in ones are taken.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/966",
  scenario: "egress-cidrs-without-pod-rbac",
  oracle: "intent",
  behaviour: () => ({
    ...sound,
    discovers: () => true,
    exempt: (_, discovered) => (discovered.length > 0 ? discovered : ["10.0.0.0/16", "10.96.0.0/12"]),
  }),
};
