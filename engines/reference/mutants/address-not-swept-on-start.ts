import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const addressNotSweptOnStart: Mutant = {
  name: "address-not-swept-on-start",
  breaks:
    "Only addresses that this process put on the interface are ever taken away: those of Services that went away while the engine was down stay.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/936",
  scenario: "address-service-deleted-while-down",
  oracle: "retired-identity",
  behaviour: () => ({
    ...sound,
    nextVips: ({ found, wanted, before }) => [
      ...wanted,
      ...found.filter((vip) => !wanted.includes(vip) && !before.includes(vip)),
    ],
  }),
};
