import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

/** A rule that names no policy: those have `namespace/name` in their comment. */
const isFixed = (rule: string): boolean => !/--comment "[^"]+\/[^"]+"/.test(rule);

export const orphanAfterUpgrade: Mutant = {
  name: "orphan-after-upgrade",
  breaks:
    "Fixed rules are found by their words and only ever added: those of the version before, with other words, stay for ever.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/1675",
  scenario: "input-chain-upgrade-in-place",
  needs: { kind: "upgrade", from: ["v1"], to: "v2" },
  oracle: "convergence",
  behaviour: () => ({
    ...sound,
    // As kube-router, which takes nothing away when it ends.
    onTerminate: "exit",
    nextInput: ({ found, wanted }) =>
      wanted.length === 0
        ? wanted
        : [...found.filter((rule) => isFixed(rule) && !wanted.includes(rule)), ...wanted],
  }),
};
