import { sound } from "../behaviour.ts";
import { egressChain } from "../egress.ts";
import type { Mutant } from "./mutant.ts";

const declaration = `:${egressChain} - [0:0]`;
const isJump = (line: string): boolean => line.startsWith("-I ");

/** The input, one table each. */
function tablesOf(lines: readonly string[]): readonly (readonly string[])[] {
  const tables: string[][] = [];
  for (const line of lines) {
    if (line.startsWith("*")) tables.push([]);
    tables.at(-1)?.push(line);
  }
  return tables;
}

export const halfMadeChainIsWhole: Mutant = {
  name: "half-made-chain-is-whole",
  breaks:
    "The chain is made before the jump to it, and a chain that is there is taken for complete: killed in between, nothing ever leads to it.",
  upstream: "https://github.com/kubeovn/kube-ovn/blob/v1.13.4/dist/images/vpcnatgateway/nat-gateway.sh",
  scenario: "egress-service-deleted",
  needs: { kind: "crash-points", step: "created" },
  oracle: "convergence",
  behaviour: () => ({
    ...sound,
    restoreInput: (lines, { found }) =>
      found.hasChain && found.jumps.length === 0 ? lines.filter((line) => !isJump(line)) : lines,
    writes: (lines) => {
      const fresh = tablesOf(lines).filter((table) => table.includes(declaration) && table.some(isJump));
      return [fresh.flatMap(([head = ""]) => [head, declaration, "COMMIT"]), lines];
    },
  }),
};
