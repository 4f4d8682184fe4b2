import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const inputFlushedForJump: Mutant = {
  name: "input-flushed-for-jump",
  breaks: "To be first in INPUT its jump is put into an empty chain: rules of others there are gone.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/1370",
  scenario: "input-chain-engine-restarted",
  oracle: "bystander",
  behaviour: () => ({
    ...sound,
    inputWrites: (lines) => [
      lines
        .filter((line) => !line.startsWith("-D INPUT "))
        .flatMap((line) => (line.startsWith("-I INPUT ") ? ["-F INPUT", line] : [line])),
    ],
  }),
};
