import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const configuredCidrsIgnored: Mutant = {
  name: "configured-cidrs-ignored",
  breaks: "Egress leaves built-in networks alone in place of those that were configured.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/966",
  scenario: "egress-cidrs-configured",
  oracle: "intent",
  behaviour: () => ({ ...sound, exempt: () => ["10.0.0.0/16", "10.96.0.0/12"] }),
};
