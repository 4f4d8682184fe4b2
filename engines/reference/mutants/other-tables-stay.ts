import { sound, type Behaviour } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

/** Sweeps what was turned off, and takes tables of which nothing is wanted for those of somebody else. */
function leavesWhatIsWhole(): Pick<Behaviour, "inputWrites"> {
  return {
    inputWrites: (lines) => (lines.some((line) => line.startsWith("-X ")) ? [] : [lines]),
  };
}

export const otherTablesStay: Mutant = {
  name: "other-tables-stay",
  breaks: "Tables that nothing is wanted in are not written: what is in those of the other back end stays.",
  upstream: "https://github.com/kubernetes/kubernetes/issues/71305",
  scenario: "input-chain-legacy-to-nft",
  oracle: "intent",
  behaviour: () => ({ ...sound, ...leavesWhatIsWhole() }),
};
