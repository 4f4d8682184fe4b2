import { sound, type Behaviour } from "../behaviour.ts";
import type { Desired } from "../desired.ts";
import { nameOf } from "../objects.ts";
import type { Mutant } from "./mutant.ts";

/** Two Services that lose their pod within this time have lost the same one. */
const windowMs = 3_000;

/** Of Services that are there and lose their pods together the first lets go of its route, and no other. */
function movesOnce(): Behaviour["wishes"] {
  let before: Desired["routes"] = [];
  let lastMs = -Infinity;
  return (desired, services) => {
    const there = new Set(services.map(nameOf));
    const wanted = new Set(desired.routes.map(({ vip }) => vip));
    const kept = before.filter(({ owner, vip }) => {
      if (wanted.has(vip) || !there.has(owner)) return false;
      const isFirst = performance.now() - lastMs > windowMs;
      if (isFirst) lastMs = performance.now();
      else lastMs = Infinity;
      return !isFirst;
    });
    before = [...desired.routes, ...kept];
    return { ...desired, routes: before };
  };
}

export const sharedEndpointMovesOnce: Mutant = {
  name: "shared-endpoint-moves-once",
  breaks: "When a pod of two Services moves away, the node lets go of the route of one of them alone.",
  upstream: "https://github.com/kube-vip/kube-vip/pull/1111",
  scenario: "route-shared-endpoint-moves",
  oracle: "intent",
  behaviour: () => ({ ...sound, wishes: movesOnce() }),
};
