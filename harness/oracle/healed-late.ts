import { eventsOf, type EventOf, type Recording } from "../model/recording.ts";
import type { Finding } from "../model/verdict.ts";
import { isFaultInForce } from "./fault-spans.ts";
import type { Oracle } from "./oracle.ts";
import { beginOf, hasEngineLived } from "./timeline.ts";

/** The longest time that the engine may take, in ms: what it declares, capped by the profile. */
function worstCaseOf(recording: Recording): number {
  const declaredMs = beginOf(recording)?.engineProfile.worstCaseMs ?? Number.POSITIVE_INFINITY;
  return Math.min(declaredMs, recording.plan.limits.convergenceMs);
}

/** How long we held the engine's writers in the wait, in ms: not its own time. */
function heldMsIn(recording: Recording, { atMs, waitedMs }: EventOf<"quiet">): number {
  return eventsOf(recording, "kernel-state")
    .filter((state) => state.atMs >= atMs - waitedMs && state.atMs <= atMs)
    .reduce((sum, { heldMs }) => sum + heldMs, 0);
}

/** The wait of a step is followed by its expectations; what was not met then is red by itself. */
function isMet(recording: Recording, wait: EventOf<"quiet">): boolean {
  const rest = recording.events.slice(recording.events.indexOf(wait) + 1);
  const end = rest.findIndex((event) => event.kind === "quiet");
  return (end < 0 ? rest : rest.slice(0, end)).every((event) => event.kind !== "expectation" || event.met);
}

/**
 * A step that is not right after the engine's worst case is waited for once more. What came right in that
 * time is told, and decides nothing: a busy machine makes everybody slow.
 */
export const healedLate: Oracle = {
  name: "healed-late",
  demands: "Every step comes right within the longest time that the engine declares to need.",
  judge(recording) {
    if (!hasEngineLived(recording)) return [];
    const worstCaseMs = worstCaseOf(recording);
    const settleMs = beginOf(recording)?.engineProfile.settleMs ?? 0;
    return eventsOf(recording, "quiet").flatMap((wait): readonly Finding[] => {
      const waitedMs = wait.waitedMs - heldMsIn(recording, wait);
      const tookMs = Math.round(waitedMs - settleMs);
      const isLate = wait.quiet && tookMs > worstCaseMs && waitedMs < 2 * worstCaseMs;
      if (isFaultInForce(recording, recording.events.indexOf(wait))) return [];
      if (!isLate || !isMet(recording, wait)) return [];
      const why = `healed-late(${tookMs} ms): the step came right only after the longest time that the engine declares, ${worstCaseMs} ms`;
      return [{ oracle: "healed-late", level: "observed", why, step: wait.step }];
    });
  },
};
