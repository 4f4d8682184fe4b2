import { familyOf } from "../addresses.ts";
import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const v6LeftToTheV4Tool: Mutant = {
  name: "v6-left-to-the-v4-tool",
  breaks: "The last egress of a node is torn down by the IPv4 tool, whichever family it is of.",
  upstream: "https://github.com/kube-vip/kube-vip/blob/v0.8.4/pkg/manager/services.go#L296",
  scenario: "egress-ipv6",
  oracle: "retired-identity",
  behaviour: () => ({
    ...sound,
    restoreInput: (lines, { family, desired }) =>
      family === 6 && desired.egress.every(({ pod }) => familyOf(pod) === 4) ? [] : lines,
  }),
};
