import { sound, type ListChange } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

/** Longer than the engine declares to need, and not so long that nobody waits for it. */
const delayMs = 5_500;

function late(): (change: ListChange) => readonly string[] {
  const since = new Map<string, number>();
  return ({ found, wanted }) => {
    const nowMs = performance.now();
    const surplus = found.filter((entry) => !wanted.includes(entry));
    for (const entry of wanted) since.delete(entry);
    for (const entry of surplus) if (!since.has(entry)) since.set(entry, nowMs);
    return [...wanted, ...surplus.filter((entry) => nowMs - (since.get(entry) ?? nowMs) < delayMs)];
  };
}

export const sweepsLate: Mutant = {
  name: "sweeps-late",
  breaks: "What nobody wants any more is swept only after longer than the engine declares to need.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/1139",
  scenario: "egress-service-deleted",
  oracle: "healed-late",
  behaviour: () => ({ ...sound, nextRules: late(), nextRoutes: late() }),
};
