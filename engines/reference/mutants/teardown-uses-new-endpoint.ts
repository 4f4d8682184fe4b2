import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

/** The Service in a rule's comment; empty for rules of no Service. */
function ownerOf(rule: string): string {
  return / --comment "?([^" ]+)/.exec(rule)?.[1] ?? "";
}

export const teardownUsesNewEndpoint: Mutant = {
  name: "teardown-uses-new-endpoint",
  breaks: "When an endpoint moves, the rules of the new pod are torn down in place of those of the old one.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/966",
  scenario: "egress-endpoint-moves-same-node",
  oracle: "retired-identity",
  behaviour: () => ({
    ...sound,
    nextRules: ({ found, wanted, before }) => {
      const owners = new Set(wanted.map(ownerOf));
      const ofGoneServices = before.filter((rule) => !owners.has(ownerOf(rule)));
      const left = found.filter((rule) => !wanted.includes(rule) && !ofGoneServices.includes(rule));
      return [...wanted, ...left];
    },
  }),
};
