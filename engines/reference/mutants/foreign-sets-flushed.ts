import { sound, type Behaviour } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

/** Empties what is there before it writes for the first time, whoever made it. */
function flushOnce(): Behaviour["setInput"] {
  let isDone = false;
  return (lines, there) => {
    if (isDone) return lines;
    isDone = true;
    const foreign = there.filter((name) => !name.startsWith("leakproof-"));
    return [...foreign.map((name) => `flush ${name}`), ...lines];
  };
}

export const foreignSetsFlushed: Mutant = {
  name: "foreign-sets-flushed",
  breaks: "Every start empties the sets of the node, those of others too.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/1918",
  scenario: "svip-node-port-changed",
  oracle: "bystander",
  behaviour: () => ({ ...sound, setInput: flushOnce() }),
};
