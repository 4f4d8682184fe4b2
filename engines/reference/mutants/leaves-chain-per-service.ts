import { createHash } from "node:crypto";
import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

function digest(owner: string): string {
  return createHash("sha256").update(owner).digest("hex").slice(0, 12).toUpperCase();
}

export const leavesChainPerService: Mutant = {
  name: "leaves-chain-per-service",
  breaks: "An empty chain is made for every Service and never removed.",
  upstream: "no report known: structure that grows with the number of objects ever seen",
  scenario: "egress-service-deleted",
  oracle: "residue",
  behaviour: () => ({
    ...sound,
    restoreInput: (lines, { table, desired: { egress } }) => {
      if (table !== "nat" || lines.length === 0) return lines;
      const chains = [...new Set(egress.map(({ owner }) => `:LEAKPROOF-${digest(owner)} - [0:0]`))];
      return [...lines.slice(0, 1), ...chains, ...lines.slice(1)];
    },
  }),
};
