import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const appendsAgain: Mutant = {
  name: "appends-again",
  breaks: "Every round appends the rules that are there already once more.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/1676",
  scenario: "egress-endpoint-moves-same-node",
  oracle: "duplicates",
  behaviour: () => ({
    ...sound,
    nextRules: ({ found, wanted }) => [...found.filter((rule) => wanted.includes(rule)), ...wanted],
  }),
};
