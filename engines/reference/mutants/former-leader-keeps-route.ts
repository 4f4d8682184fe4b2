import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const formerLeaderKeepsRoute: Mutant = {
  name: "former-leader-keeps-route",
  breaks:
    "A process lets go of the routes that it made itself, and of no others: one that led before it died draws packets for ever.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/627",
  scenario: "route-leader-fails-over",
  oracle: "intent",
  behaviour: () => ({
    ...sound,
    nextRoutes: ({ found, wanted, before }) => [
      ...wanted,
      ...found.filter((address) => !wanted.includes(address) && !before.includes(address)),
    ],
  }),
};
