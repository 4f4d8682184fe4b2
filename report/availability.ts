import type { AvailabilityFigures } from "./figure-schema.ts";
import type { ReportedAttempt } from "./schema.ts";

type Way = NonNullable<ReportedAttempt["availability"]>[number];

/** The shapes of several attempts as one, the quickest answers first. */
function addAnswers(ways: readonly Way[]): readonly (readonly [ms: number, count: number])[] {
  const counts = new Map<number, number>();
  for (const [bound, count] of ways.flatMap(({ answers }) => Object.entries(answers)))
    counts.set(Number(bound), (counts.get(Number(bound)) ?? 0) + count);
  return [...counts].toSorted(([one], [other]) => one - other);
}

/** The smallest bound that at least this share of all answers keeps to. */
function percentile(
  answers: readonly (readonly [ms: number, count: number])[],
  share: number,
): number | undefined {
  const all = answers.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [bound, count] of answers) {
    seen += count;
    if (seen >= all * share) return bound;
  }
  return undefined;
}

/**
 * How well the API server could be reached with an engine on the nodes, over all of its attempts, a row a kind of
 * way. Figures, by which nobody passes or fails. Pure.
 */
export function sumAvailability(attempts: readonly ReportedAttempt[]): readonly AvailabilityFigures[] {
  // In an index attempt whoever writes is held after each write: what it leads to lasts as long as we like.
  const told = attempts.filter(({ level, role }) => level !== "power" && role !== "index");
  const ways = told.flatMap(({ engine, availability = [] }) => availability.map((way) => ({ engine, way })));
  const groups = Map.groupBy(ways, ({ engine, way }) => JSON.stringify([engine, way.from, way.connection]));
  return [...groups.values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    const own = rows.map(({ way }) => way);
    const sum = (of: "looks" | "missed" | "setAside" | "outages"): number =>
      own.reduce((total, way) => total + way[of], 0);
    const answers = addAnswers(own);
    const [p50Ms, p99Ms] = [percentile(answers, 0.5), percentile(answers, 0.99)];
    return [
      {
        engine: first.engine,
        from: first.way.from,
        connection: first.way.connection,
        attempts: own.length,
        looks: sum("looks"),
        missed: sum("missed"),
        setAside: sum("setAside"),
        outages: sum("outages"),
        maxOutageMs: Math.max(...own.map(({ maxOutageMs }) => maxOutageMs)),
        ...(p50Ms === undefined ? {} : { p50Ms }),
        ...(p99Ms === undefined ? {} : { p99Ms }),
      },
    ];
  });
}
