import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const forgetsJump: Mutant = {
  name: "forgets-jump",
  breaks: "Every rule is there, but POSTROUTING never leads to them.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/1285",
  scenario: "egress-endpoint-moves-same-node",
  oracle: "traffic",
  behaviour: () => ({
    ...sound,
    restoreInput: (lines) => lines.filter((line) => !line.startsWith("-I POSTROUTING ")),
  }),
};
