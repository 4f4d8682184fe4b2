import { eventsOf, type Recording } from "../harness/model/recording.ts";
import type { CrashPointFigures, IndexFigures, ReportedAttempt } from "./schema.ts";

/** Steps of the harness itself after the scenario's: nobody is killed in them. */
const notStruck: ReadonlySet<string> = new Set(["<plant>", "<canary>", "<empty>"]);

/**
 * What an index attempt showed in the scenario's steps and in the engine's start: the writes, those of them
 * that changed the node's state, and the states that they led to, equal ones of one step counted once. Pure.
 */
export function countWrites(recording: Recording): IndexFigures {
  const before = new Map<string, string>();
  const figures = { indexed: 0, effective: 0 };
  const led = new Set<string>();
  for (const { node, step, index, digest, state } of eventsOf(recording, "kernel-state")) {
    const isEffective = before.get(node) !== digest;
    before.set(node, digest);
    if (index === 0 || notStruck.has(step)) continue;
    figures.indexed += 1;
    if (!isEffective) continue;
    figures.effective += 1;
    led.add(JSON.stringify([node, step, state]));
  }
  return { ...figures, distinct: led.size };
}

type Attempt = Pick<ReportedAttempt, "role" | "verdict" | "faults" | "writes">;

/**
 * The crash points of one engine, from its attempts. An index attempt that showed no write, or ended in an
 * error, stands for points that nobody could try: it counts as one that was not exercised. Pure.
 *
 * @returns undefined where the run was not about crash points
 */
export function sumCrashPoints(attempts: readonly Attempt[]): CrashPointFigures | undefined {
  const indexes = attempts.filter(({ role }) => role === "index");
  const points = attempts.filter(({ role }) => role === "crash-point");
  if (indexes.length + points.length === 0) return undefined;
  const sum = (of: keyof IndexFigures): number =>
    indexes.reduce((total, { writes }) => total + (writes?.[of] ?? 0), 0);
  const isBlind = ({ verdict, writes }: Attempt): boolean =>
    verdict.kind === "error" || verdict.kind === "not-exercised" || (writes?.indexed ?? 0) === 0;
  const count = (...kinds: readonly string[]): number =>
    points.filter(({ verdict }) => kinds.includes(verdict.kind)).length;
  return {
    indexed: sum("indexed"),
    effective: sum("effective"),
    distinct: sum("distinct"),
    fired: points.filter(({ faults }) => faults?.every(({ fired }) => fired) === true).length,
    passed: count("pass"),
    failed: count("fail"),
    notExercised: count("not-exercised", "error") + indexes.filter(isBlind).length,
  };
}
