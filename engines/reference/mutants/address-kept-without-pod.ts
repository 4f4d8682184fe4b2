import { type Behaviour, sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

/** Once a node could hold a VIP it can for ever, as long as any Service has it. */
function candidateForEver(): Behaviour["wishes"] {
  const known = new Set<string>();
  return (desired) => {
    for (const vip of desired.vips) known.add(vip);
    return { ...desired, vips: [...known].filter((vip) => desired.claimed.includes(vip)) };
  };
}

export const addressKeptWithoutPod: Mutant = {
  name: "address-kept-without-pod",
  breaks: "A node goes on leading for a Service whose last pod has left it.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/627",
  scenario: "address-endpoint-moves-other-node",
  oracle: "intent",
  behaviour: () => ({ ...sound, wishes: candidateForEver() }),
};
