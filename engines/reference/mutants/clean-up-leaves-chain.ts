import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const cleanUpLeavesChain: Mutant = {
  name: "clean-up-leaves-chain",
  breaks: "The clean-up takes rules and jumps away and leaves the empty chain.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/464",
  scenario: "input-chain-uninstalled",
  oracle: "residue",
  behaviour: () => ({
    ...sound,
    inputWrites: (lines) => [lines.filter((line) => !line.startsWith("-X "))],
  }),
};
