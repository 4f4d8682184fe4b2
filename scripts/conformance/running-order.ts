import { engineLabel } from "../../harness/run/pick-engines.ts";
import type { PlannedAttempt } from "../../harness/run/select.ts";

const engineOf = ({ plan }: PlannedAttempt): string => engineLabel(plan.engine);

/**
 * The order in which attempts are begun: that of the report, but that the first index attempt of an engine comes right
 * behind its own ones. Others wait for it, and while it holds writers the processors do what other engines need. Pure.
 */
export function runningOrder(attempts: readonly PlannedAttempt[]): readonly PlannedAttempt[] {
  const isOwn = ({ role, level }: PlannedAttempt): boolean => role === undefined && level !== "power";
  const indexes = attempts.filter(({ role, level }) => role === "index" && level !== "power");
  const early = new Map(indexes.toReversed().map((attempt) => [engineOf(attempt), attempt]));
  const last = new Map(attempts.filter(isOwn).map((attempt) => [engineOf(attempt), attempt]));
  const moved = new Map(
    [...last].flatMap(([engine, own]) => {
      const index = early.get(engine);
      return index === undefined ? [] : [[own, index] as const];
    }),
  );
  const isMoved = new Set(moved.values());
  return attempts.flatMap((attempt) => {
    const index = moved.get(attempt);
    if (isMoved.has(attempt)) return [];
    return index === undefined ? [attempt] : [attempt, index];
  });
}
