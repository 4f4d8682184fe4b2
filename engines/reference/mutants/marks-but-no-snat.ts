import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const marksButNoSnat: Mutant = {
  name: "marks-but-no-snat",
  breaks: "Packets of the pod are marked, and no rule rewrites what is marked.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/865",
  scenario: "egress-endpoint-moves-same-node",
  oracle: "intent",
  behaviour: () => ({
    ...sound,
    nextRules: ({ wanted }) => wanted.filter((rule) => !rule.includes("-j SNAT")),
  }),
};
