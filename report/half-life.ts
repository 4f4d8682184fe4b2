import type { HalfLifeFigures, ReportedAttempt } from "./schema.ts";

/** The smallest of the sorted values that at least this share of all is not above. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/**
 * How long what was let go of stayed, over all attempts of a scenario on an engine, those with faults by
 * themselves: figures, by which nobody passes or fails. Pure.
 */
export function sumHalfLives(attempts: readonly ReportedAttempt[]): readonly HalfLifeFigures[] {
  // In an index attempt whoever writes is held after each write: how long that takes says nothing of the engine.
  const told = attempts.filter(
    ({ halfLives, level, role }) => (halfLives?.length ?? 0) > 0 && level !== "power" && role !== "index",
  );
  const groups = Map.groupBy(told, ({ engine, scenario, faults }) =>
    JSON.stringify([engine, scenario, faults !== undefined]),
  );
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const all = own.flatMap(({ halfLives = [] }) => halfLives);
    const ended = all.flatMap(({ ms }) => (ms === undefined ? [] : [ms])).toSorted((a, b) => a - b);
    return [
      {
        engine: first.engine,
        scenario: first.scenario,
        faults: first.faults !== undefined,
        count: all.length,
        never: all.length - ended.length,
        ...(ended.length === 0
          ? {}
          : {
              medianMs: percentile(ended, 0.5),
              p90Ms: percentile(ended, 0.9),
              maxMs: percentile(ended, 1),
            }),
      },
    ];
  });
}
