import { sound, type Behaviour } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

/** A route whose Service has let go of it is gone for good, whoever wants it by now. */
function takesAlong(): Behaviour["wishes"] {
  const owners = new Map<string, string>();
  const lost = new Set<string>();
  return (desired) => {
    for (const { owner, vip } of desired.routes) {
      if ((owners.get(vip) ?? owner) !== owner) lost.add(vip);
      owners.set(vip, owner);
    }
    return { ...desired, routes: desired.routes.filter(({ vip }) => !lost.has(vip)) };
  };
}

export const sharedRouteTakenAlong: Mutant = {
  name: "shared-route-taken-along",
  breaks:
    "A Service that has no pod left takes the route to its address along, and another Service of that address has none.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/823",
  scenario: "route-shared-address",
  oracle: "intent",
  behaviour: () => ({ ...sound, wishes: takesAlong() }),
};
