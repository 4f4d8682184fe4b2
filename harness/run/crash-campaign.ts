import type { FaultFamily } from "../model/fault-family.ts";
import type { Plan } from "../model/plan.ts";
import type { Strikes } from "../model/profile.ts";
import type { Recording } from "../model/recording.ts";
import { type Draw, drawFromSeed } from "./draw.ts";
import { crashPointLimit } from "./option-values.ts";
import { engineLabel } from "./pick-engines.ts";
import { sampleSteps } from "./sample-steps.ts";
import type { PlannedAttempt } from "./select.ts";

export interface CampaignOptions {
  /** All places of each, or so many of each: never both in one run. */
  readonly strikes: readonly Strikes[];
  /** Of the run. */
  readonly seed: number;
  /** Every attempt of the run so far; those with a role, of level `power`, and repetitions are left alone. */
  readonly attempts: readonly PlannedAttempt[];
  /** The plans that an index attempt's recording leads to, all of them. */
  readonly plansOf: (recording: Recording, families: readonly FaultFamily[]) => readonly Plan[];
  /** The plan with a clean restart in every step of an index attempt's recording; undefined where there is none. */
  readonly restartedOf: (recording: Recording) => Plan | undefined;
  /** Directory in which the recording of an attempt is kept. */
  readonly evidenceOf: (id: string) => string;
}

/** The crash points of a run, which become known as its index attempts end. */
export interface CrashCampaign {
  /** Index attempts to begin with. */
  readonly first: readonly PlannedAttempt[];
  /**
   * What follows an attempt of the campaign that has ended. After an index attempt: the one with clean restarts, and
   * another index attempt where it had too few points; after that: the crash points, which are judged against
   * both. Of one engine's index attempts, each is asked for once, in the order in which they were given.
   *
   * @param recording - absent where the attempt did not show what the engine writes
   */
  readonly next: (ended: PlannedAttempt, recording: Recording | undefined) => readonly PlannedAttempt[];
}

/** An engine whose index attempts show nothing is not tried with more scenarios than this. */
const maxIndexed = 3;

/** A fault-free attempt in the world of another one, in which every write is looked at. */
function indexOf(attempt: PlannedAttempt): PlannedAttempt {
  const { plan } = attempt;
  const id = `${plan.id}.index`;
  return {
    ...attempt,
    level: "extended",
    role: "index",
    plan: { ...plan, id, world: plan.world ?? plan.id, indexed: true },
  };
}

/** Some of `items`, drawn without putting back, in a new order. */
function drawn<T>(items: readonly T[], draw: Draw): readonly T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(draw(left.length), 1));
}

/** `count` of `items`, drawn, in the order in which they stood. */
function sampled<T>(items: readonly T[], count: number, draw: Draw): readonly T[] {
  const kept = new Set(drawn([...items.keys()], draw).slice(0, count));
  return items.filter((_, index) => kept.has(index));
}

/** One engine's part of a sample: what it may still try, and where. */
interface Share {
  /** Of each strike, in their order. */
  left: readonly number[];
  readonly candidates: readonly PlannedAttempt[];
  indexed: number;
  readonly draw: Draw;
}

/** Twenty restarts take tens of times as long as others; who samples has no hours for each place. */
const longestSampled = 12;

/** Those that a sample is drawn from: without scenarios of very many steps, where there are others. */
function sampledScenarios(candidates: readonly PlannedAttempt[]): readonly PlannedAttempt[] {
  const short = candidates.filter(({ scenario }) => sampleSteps(scenario).length <= longestSampled);
  return short.length > 0 ? short : candidates;
}

function sharesOf(
  candidates: readonly PlannedAttempt[],
  strikes: readonly Strikes[],
  seed: number,
): ReadonlyMap<string, Share> {
  const byEngine = [...Map.groupBy(candidates, ({ plan }) => engineLabel(plan.engine))];
  return new Map(
    byEngine.map(([label, own], place) => {
      const draw = drawFromSeed(`${seed}/crash-points/${label}`);
      const left = strikes.map(({ points }) => {
        const count = crashPointLimit(points);
        return Math.floor(count / byEngine.length) + (place < count % byEngine.length ? 1 : 0);
      });
      return [label, { left, candidates: drawn(sampledScenarios(own), draw), indexed: 0, draw }];
    }),
  );
}

/** The next index attempt of a share, where it needs one and has one. */
function nextIndex(share: Share): readonly PlannedAttempt[] {
  const candidate = share.candidates[share.indexed];
  const isDone = share.left.every((count) => count === 0);
  if (isDone || candidate === undefined || share.indexed === maxIndexed) return [];
  share.indexed += 1;
  return [indexOf(candidate)];
}

/** The attempts with clean restarts, each between an index attempt and its crash points. */
function createRestarts({ restartedOf, evidenceOf }: Pick<CampaignOptions, "restartedOf" | "evidenceOf">) {
  /** Id of such an attempt -> the crash points that wait for it. */
  const waiting = new Map<string, readonly PlannedAttempt[]>();
  return {
    /** What is tried after an index attempt: the points themselves where there is nothing to start again. */
    before(
      index: PlannedAttempt,
      recording: Recording | undefined,
      points: readonly PlannedAttempt[],
    ): readonly PlannedAttempt[] {
      const plan = recording === undefined || points.length === 0 ? undefined : restartedOf(recording);
      if (plan === undefined) return points;
      waiting.set(plan.id, points);
      return [{ ...index, role: "restarted", reference: evidenceOf(index.plan.id), plan }];
    },
    after({ plan }: PlannedAttempt, recording: Recording | undefined): readonly PlannedAttempt[] {
      const restarted = recording === undefined ? {} : { restarted: evidenceOf(plan.id) };
      return (waiting.get(plan.id) ?? []).map((point) => ({ ...point, ...restarted }));
    },
  };
}

/**
 * Plans the crash points of a run. With `all` every supported attempt has an index attempt, and all of its
 * points are tried. With `sample:N` the points of each strike are shared out among the engines, and each engine's are
 * drawn from one scenario, or from a few where one has too few.
 *
 * Deterministic: the same seed, attempts and recordings lead to the same plans, in whichever order the
 * engines' attempts end.
 */
export function planCrashPoints({
  strikes,
  seed,
  attempts,
  plansOf,
  restartedOf,
  evidenceOf,
}: CampaignOptions): CrashCampaign {
  const candidates = attempts.filter(
    ({ role, level, unsupported, missing, plan, scenario }) =>
      role === undefined &&
      // Another engine writes meanwhile, whom nobody holds.
      !scenario.beside &&
      level !== "power" &&
      (unsupported ?? missing) === undefined &&
      !/\.r\d+$/.test(plan.id),
  );
  const pointsOf = (
    index: PlannedAttempt,
    recording: Recording | undefined,
    { families, level }: Strikes,
  ): readonly PlannedAttempt[] =>
    recording === undefined
      ? []
      : plansOf(recording, families).map((plan) => ({
          ...index,
          level,
          role: "crash-point",
          reference: evidenceOf(index.plan.id),
          plan,
        }));
  if (strikes.length === 0) return { first: [], next: () => [] };
  const restarts = createRestarts({ restartedOf, evidenceOf });
  if (strikes.some(({ points }) => points === "all"))
    return {
      first: candidates.map(indexOf),
      next: (ended, recording) =>
        ended.role === "restarted"
          ? restarts.after(ended, recording)
          : restarts.before(
              ended,
              recording,
              strikes.flatMap((strike) => pointsOf(ended, recording, strike)),
            ),
    };
  const shares = sharesOf(candidates, strikes, seed);
  return {
    first: [...shares.values()].flatMap(nextIndex),
    next(ended, recording) {
      if (ended.role === "restarted") return restarts.after(ended, recording);
      const share = shares.get(engineLabel(ended.plan.engine));
      if (share === undefined) return [];
      const points = strikes.map((strike, place) =>
        sampled(pointsOf(ended, recording, strike), share.left[place] ?? 0, share.draw),
      );
      share.left = share.left.map((count, place) => count - (points[place]?.length ?? 0));
      return [...restarts.before(ended, recording, points.flat()), ...nextIndex(share)];
    },
  };
}
