import { sound, type Behaviour } from "../behaviour.ts";
import { egressChain } from "../egress.ts";
import type { Mutant } from "./mutant.ts";

function remembering(): Behaviour["nextRules"] {
  let isRecovered: boolean | undefined;
  return ({ found, wanted }) => {
    if (found.length > 0 && isRecovered === undefined) isRecovered = true;
    if (wanted.length > 0) isRecovered ??= false;
    if (isRecovered !== true) return wanted;
    const vips = new Set(wanted.flatMap((rule) => / --to-source (\S+)$/.exec(rule)?.[1] ?? []));
    return [...wanted, ...[...vips].map((vip) => `-A ${egressChain} -d ${vip}/32 -j RETURN`)];
  };
}

export const recoversDifferently: Mutant = {
  name: "recovers-differently",
  breaks:
    "A process that finds rules at its start makes others than one that finds none: an older form is kept beside the new one.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/1675",
  scenario: "egress-service-deleted",
  needs: {
    kind: "faults",
    faults: [
      {
        action: { kind: "kill", scope: "tree" },
        step: "created",
        node: 0,
        trigger: { at: "settled" },
        heal: "same-step",
      },
    ],
  },
  oracle: "convergence",
  behaviour: () => ({ ...sound, nextRules: remembering() }),
};
