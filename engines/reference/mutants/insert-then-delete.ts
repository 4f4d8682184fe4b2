import { sound, type Behaviour } from "../behaviour.ts";
import { egressChain } from "../egress.ts";
import type { Mutant } from "./mutant.ts";

function insertsFirst(): Pick<Behaviour, "nextRules" | "restoreInput" | "writes"> {
  let first: string[] = [];
  return {
    // What is there is there: how often is not asked.
    nextRules: ({ found, wanted }) => [
      ...found.filter((rule) => wanted.includes(rule)),
      ...wanted.filter((rule) => !found.includes(rule)),
    ],
    restoreInput(lines, { table, found }) {
      const rules = lines.filter((line) => line.startsWith(`-A ${egressChain} `));
      if (found.hasChain && rules.length > 0) first.push(`*${table}`, ...rules, "COMMIT");
      return lines;
    },
    writes(lines) {
      const insertions = first;
      first = [];
      return [insertions, lines];
    },
  };
}

export const insertThenDelete: Mutant = {
  name: "insert-then-delete",
  breaks:
    "A chain is changed by putting the new rules in and then taking the old ones out: killed in between, it has both for ever.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/1676",
  scenario: "egress-endpoint-moves-same-node",
  needs: { kind: "crash-points", step: "endpoint-moved" },
  oracle: "duplicates",
  behaviour: () => ({ ...sound, ...insertsFirst() }),
};
