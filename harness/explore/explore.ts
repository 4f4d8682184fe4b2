import fc from "fast-check";
import type { AttemptResult } from "../model/attempt-result.ts";
import type { Schedule } from "../model/schedule.ts";
import type { Verdict } from "../model/verdict.ts";
import { scheduleArbitrary } from "./grammar.ts";
import { createRunner, type Runner, type RunnerOptions } from "./runner.ts";
import { shrink, sizeOf } from "./shrink.ts";
import { renderSchedule } from "./schedule-text.ts";
import type { ExploredFeature, ScheduledFault } from "../model/schedule.ts";

export interface ExploreOptions extends RunnerOptions {
  /** What the engine claims, of the features that there is a grammar for. */
  readonly features: readonly [ExploredFeature, ...ExploredFeature[]];
  /** All chance comes from it. */
  readonly seed: number;
  /** No attempt begins after that much time, in ms. */
  readonly budgetMs: number;
  /** How many attempts at once. */
  readonly lanes: number;
  /** Leaves faults out that this machine or engine cannot have. */
  readonly isPossible?: (fault: ScheduledFault) => boolean;
  /** A line for people. */
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
  /** Milliseconds of any clock; that of the process where it is absent. */
  readonly now?: () => number;
}

/** One thing that the engine does wrong, with the smallest schedule that showed it. */
interface ExploredFailure {
  /** What it shows, by `exploredKey`; the first is what it was shrunk for. */
  readonly keys: readonly [string, ...string[]];
  /** As it was drawn. */
  readonly drawn: Schedule;
  /** The attempt with the smallest schedule: its plan replays, its recording is the evidence. */
  readonly result: AttemptResult;
  readonly schedule: Schedule;
  /** False where time was up before it could be shown that nothing more can be left out. */
  readonly isShrunk: boolean;
}

export interface ExploreResult {
  readonly drawn: number;
  /** Attempts in all: drawn schedules, recordings of points to strike, and candidates of shrinking. */
  readonly attempts: number;
  readonly verdicts: Readonly<Partial<Record<Verdict["kind"], number>>>;
  readonly failures: readonly ExploredFailure[];
  readonly endedBy: "budget" | "interrupted";
}

/** Schedules are drawn in rounds of this many, one feature after the other. */
const roundSize = 8;

/** The schedules of a seed, without end: the n-th is the same however many are asked for. */
function* drawSchedules({ features, seed, isPossible }: ExploreOptions): Generator<Schedule> {
  for (let round = 0; ; round++) {
    const samples = features.map((feature, index) =>
      fc.sample(
        scheduleArbitrary({ feature, recordedPoints: true, ...(isPossible && { isPossible }) }),
        // Seeds of fast-check are 32 bits; neighbours are unrelated.
        { seed: (seed + round * features.length + index) | 0, numRuns: roundSize },
      ),
    );
    for (let at = 0; at < roundSize; at++) {
      for (const sample of samples) {
        const schedule = sample[at];
        if (schedule !== undefined) yield schedule;
      }
    }
  }
}

async function shrinkFailure(
  options: ExploreOptions,
  runner: Runner,
  { drawn, key, isOver }: { drawn: Schedule; key: string; isOver: () => boolean },
): Promise<ExploredFailure | undefined> {
  options.report(`shrinking ${renderSchedule(drawn)}`);
  const { schedule, isComplete } = await shrink(drawn, {
    lanes: options.lanes,
    isOver,
    shows: async (candidate, lane) => (await runner.run(candidate, lane)).keys.includes(key),
    found: (smaller) => options.report(`  still with ${renderSchedule(smaller)}`),
  });
  const { result, keys } = await runner.run(schedule, 0);
  if (result === undefined) return undefined;
  const others = keys.filter((other) => other !== key);
  return { keys: [key, ...others], drawn, schedule, result, isShrunk: isComplete };
}

/**
 * Looks for schedules on which the engine fails, until time is up, and shrinks each new failure at once, on the
 * real engine. A failure is new where no schedule that was kept shows it; what a small schedule shows beside
 * that for which it was shrunk counts as shown.
 *
 * Everything follows from the seed and the verdicts: lanes change how long it takes, and how far it comes.
 */
export async function explore(options: ExploreOptions): Promise<ExploreResult> {
  const { lanes, signal, report, budgetMs, now = () => performance.now() } = options;
  const until = now() + budgetMs;
  const isOver = (): boolean => signal.aborted || now() >= until;
  const runner = createRunner(options);
  const schedules = drawSchedules(options);
  const failures: ExploredFailure[] = [];
  let drawn = 0;
  while (!isOver()) {
    const batch = Array.from({ length: lanes }, () => schedules.next().value as Schedule);
    const outcomes = await Promise.all(batch.map((schedule, lane) => runner.run(schedule, lane)));
    drawn += batch.length;
    for (const [index, { keys }] of outcomes.entries()) {
      const schedule = batch[index];
      for (const key of keys) {
        if (schedule === undefined || failures.some((known) => known.keys.includes(key))) continue;
        report(`${failures.length + 1}. failure after ${drawn} schedules: ${key}`);
        const failure = await shrinkFailure(options, runner, { drawn: schedule, key, isOver });
        if (!failure) continue;
        failures.push(failure);
        report(`  smallest (size ${sizeOf(failure.schedule)}): ${renderSchedule(failure.schedule)}`);
      }
    }
  }
  const endedBy = signal.aborted ? "interrupted" : "budget";
  return { drawn, attempts: runner.attempts(), verdicts: runner.verdicts(), failures, endedBy };
}
