import { sound, type ListChange } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

function withoutSweep({ found, wanted, before }: ListChange): readonly string[] {
  return [...wanted, ...found.filter((entry) => !wanted.includes(entry) && !before.includes(entry))];
}

export const noSweepOnStart: Mutant = {
  name: "no-sweep-on-start",
  breaks:
    "Only what this process wrote is ever removed: rules and routes of Services that went away while the engine was down stay.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/762",
  scenario: "egress-service-deleted-while-down",
  oracle: "retired-identity",
  behaviour: () => ({
    ...sound,
    nextRules: withoutSweep,
    nextRoutes: withoutSweep,
  }),
};
