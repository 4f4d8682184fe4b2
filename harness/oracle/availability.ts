import type { EventOf, Recording } from "../model/recording.ts";
import { controlProber, reachedOn } from "./api-reachability.ts";

/** How the API server answered on all ways of one kind, since the engine was first started. */
export interface Availability {
  /** Of all nodes, or of all pods. `control`: from outside of every node, where no engine is in the way: what the machine itself costs. */
  readonly from: "node" | "pod" | "control";
  readonly connection: EventOf<"probe">["connection"];
  /** Those that say something: answered or missed. */
  readonly looks: number;
  readonly missed: number;
  /** Looks that were too late to say anything, or fell into a time when nobody could be answered by our own doing. */
  readonly setAside: number;
  readonly outages: number;
  /** The longest one of a single way, as long as it is certain (decision 0005), in ms; 0 where there was none. */
  readonly maxOutageMs: number;
  /** At most so many ms -> answers. Shapes of several attempts can be added, percentiles cannot. */
  readonly answers: Readonly<Record<string, number>>;
}

/** Upper bounds of how long answers take, in ms: no two more than half as much apart. */
const bounds: readonly number[] = [1, 10, 100, 1_000, 10_000]
  .flatMap((decade) => [1, 1.5, 2, 3, 5, 7].map((factor) => decade * factor))
  .concat(100_000);

function boundOf(ms: number): number {
  return bounds.find((bound) => ms <= bound) ?? 100_000;
}

function kindOf(from: string): Availability["from"] {
  if (from === controlProber) return "control";
  return from.startsWith("pod ") ? "pod" : "node";
}

function countBounds(answersMs: readonly number[]): Readonly<Record<string, number>> {
  const groups = Map.groupBy(answersMs, boundOf);
  const sorted = [...groups].toSorted(([one], [other]) => one - other);
  return Object.fromEntries(sorted.map(([bound, own]) => [String(bound), own.length]));
}

/**
 * How well the API server could be reached in an attempt, as the probes saw it: figures, by which nobody passes
 * or fails (`api-reachability` judges the same looks). Pure.
 *
 * @returns one entry a kind of prober and connection; empty where nothing was probed
 */
export function availability(recording: Recording): readonly Availability[] {
  const ways = reachedOn(recording).map((way) => ({ ...way, kind: kindOf(way.from) }));
  const groups = Map.groupBy(ways, ({ kind, connection }) => `${kind} ${connection}`);
  // In one order, whoever was heard of first.
  const inOrder = [...groups].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return inOrder.flatMap(([, own]) => {
    const [first] = own;
    if (first === undefined) return [];
    const answersMs = own.flatMap((way) => way.answersMs);
    const missed = own.reduce((sum, way) => sum + way.missed, 0);
    const outagesMs = own.flatMap((way) => way.outagesMs);
    return [
      {
        from: first.kind,
        connection: first.connection,
        looks: answersMs.length + missed,
        missed,
        setAside: own.reduce((sum, way) => sum + way.setAside, 0),
        outages: outagesMs.length,
        maxOutageMs: Math.round(Math.max(0, ...outagesMs)),
        answers: countBounds(answersMs),
      },
    ];
  });
}
