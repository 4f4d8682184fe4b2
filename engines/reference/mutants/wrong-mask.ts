import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const wrongMask: Mutant = {
  name: "wrong-mask",
  breaks: "SNAT matches a network around the pod in place of its one address.",
  upstream: "https://github.com/kube-vip/kube-vip/blob/v0.8.4/pkg/vip/egress.go#L138",
  scenario: "egress-endpoint-moves-same-node",
  oracle: "unknown-identity",
  behaviour: () => ({
    ...sound,
    nextRules: ({ wanted }) =>
      wanted.map((rule) =>
        rule.includes("-j SNAT") ? rule.replace("/32 ", "/28 ").replace("/128 ", "/32 ") : rule,
      ),
  }),
};
