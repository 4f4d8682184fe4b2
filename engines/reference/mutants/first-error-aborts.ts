import { sound, type Behaviour } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

/** The Service in a rule's comment; empty for rules of no Service. */
function ownerOf(rule: string): string {
  return / --comment "?([^" ]+)/.exec(rule)?.[1] ?? "";
}

/** Acts on changes alone, MARK before SNAT; where a rule that it wants to delete is missing, it stops. */
function aborting(): Behaviour["nextRules"] {
  const stuck = new Set<string>();
  return ({ found, wanted, before }) => {
    if (wanted.join("\n") === before.join("\n")) return found;
    const removed = before.filter((rule) => !wanted.includes(rule));
    for (const rule of removed) if (!found.includes(rule)) stuck.add(ownerOf(rule));
    const left = found.filter((rule) => removed.includes(rule) && stuck.has(ownerOf(rule)));
    return [...wanted, ...left];
  };
}

export const firstErrorAborts: Mutant = {
  name: "first-error-aborts",
  breaks: "Tearing down stops at the first rule that is not there: those behind it stay.",
  upstream: "https://github.com/kube-vip/kube-vip/blob/v0.8.4/pkg/manager/service_egress.go#L230-L282",
  scenario: "egress-endpoint-moves-same-node",
  needs: {
    kind: "faults",
    faults: [
      {
        // The MARK rule of the only pod, which is replaced next: two RETURN rules stand before it, by text.
        action: { kind: "foreign-deletion", of: "rule", pick: 2 },
        step: "endpoint-moved",
        node: 0,
        trigger: { at: "settled" },
        heal: "next-step",
      },
    ],
  },
  oracle: "retired-identity",
  behaviour: () => ({ ...sound, nextRules: aborting() }),
};
