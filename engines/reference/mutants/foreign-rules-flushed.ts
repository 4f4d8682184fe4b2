import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

const insertion = "-I POSTROUTING ";
const flush = "-F POSTROUTING";

export const foreignRulesFlushed: Mutant = {
  name: "foreign-rules-flushed",
  breaks: "Before its jump is put in, the whole POSTROUTING chain is flushed, rules of others included.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/1372",
  scenario: "egress-service-deleted",
  oracle: "bystander",
  behaviour: () => ({
    ...sound,
    restoreInput: (lines, { table }) =>
      table === "nat"
        ? lines.flatMap((line) => (line.startsWith(insertion) ? [flush, line] : [line]))
        : lines,
  }),
};
