import { sound, type Behaviour } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

/** A route that goes in the same round in which another comes was replaced, and is forgotten. */
function forgetting(): Behaviour["nextRoutes"] {
  const forgotten = new Set<string>();
  return ({ found, wanted, before }) => {
    const gone = before.filter((address) => !wanted.includes(address));
    if (wanted.some((address) => !before.includes(address)))
      for (const address of gone) forgotten.add(address);
    return [...wanted, ...found.filter((address) => forgotten.has(address) && !wanted.includes(address))];
  };
}

export const routeOfOldAddressStays: Mutant = {
  name: "route-of-old-address-stays",
  breaks: "Where a Service gets another address, its new route comes and the old one is forgotten.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/998",
  scenario: "route-address-changed",
  oracle: "retired-identity",
  behaviour: () => ({ ...sound, nextRoutes: forgetting() }),
};
