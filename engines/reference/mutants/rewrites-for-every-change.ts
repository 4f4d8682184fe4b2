import { sound, type Behaviour } from "../behaviour.ts";
import { inputChain } from "../input.ts";
import type { Mutant } from "./mutant.ts";

/** Each sync writes the chain once for every change since the first. */
function rewrites(): Behaviour["inputWrites"] {
  const written: (readonly string[])[] = [];
  return (lines) => {
    const declared = lines.filter((line) => line.startsWith(`:${inputChain} `));
    const rules = lines.filter((line) => line.startsWith(`-A ${inputChain} `));
    if (declared.length > 0) written.push(["*filter", ...declared, ...rules, "COMMIT"]);
    return [lines, ...written.slice(1).map(() => written.at(-1) ?? [])];
  };
}

export const rewritesForEveryChange: Mutant = {
  name: "rewrites-for-every-change",
  breaks: "With every change of the chain one more sync goes on for ever that writes it as it is.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/1676",
  scenario: "input-chain-rests-after-changes",
  oracle: "rate-at-rest",
  behaviour: () => ({ ...sound, inputWrites: rewrites() }),
};
