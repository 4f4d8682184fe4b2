import { snapshotDigest } from "../state/diff.ts";
import type { Plan } from "../model/plan.ts";
import type { Moment, RecordedEvent, Recording } from "../model/recording.ts";
import type { StateItem } from "../model/state.ts";

type WithoutTime<E> = E extends RecordedEvent ? Omit<E, "atMs"> : never;

/** Writes down what happens in an attempt, on one monotonic clock. What comes after its event `end` is of the cleaning, and is left out. */
export interface Recorder {
  /** ms since the attempt began. */
  now(): number;
  add(event: WithoutTime<RecordedEvent>): void;
  /** Writes down what happened at `epochMs` (ms since 1970), and was heard of only now. */
  addAt(epochMs: number, event: WithoutTime<RecordedEvent>): void;
  snapshot(
    where: { readonly node: string; readonly step: string; readonly moment: Moment },
    items: readonly StateItem[],
  ): void;
  /** Keeps the items of a snapshot that an event names. */
  keep(digest: string, items: readonly StateItem[]): void;
  /** What was recorded so far. */
  recording(): Recording;
  /** The same, as if these events had followed; nothing is kept. */
  imagine(
    events: readonly WithoutTime<RecordedEvent>[],
    snapshots: Readonly<Record<string, readonly StateItem[]>>,
  ): Recording;
}

export function createRecorder(plan: Plan): Recorder {
  const began = performance.now();
  const events: RecordedEvent[] = [];
  const snapshots: Record<string, readonly StateItem[]> = {};
  const now = (): number => Math.round((performance.now() - began) * 10) / 10;
  const stamp = (event: WithoutTime<RecordedEvent>): RecordedEvent =>
    ({ atMs: now(), ...event }) as RecordedEvent;
  const push = (event: RecordedEvent): void => {
    if (events.at(-1)?.kind !== "end") events.push(event);
  };
  return {
    now,
    add: (event) => push(stamp(event)),
    addAt(epochMs, event) {
      const atMs = Math.round((epochMs - performance.timeOrigin - began) * 10) / 10;
      push({ ...event, atMs } as RecordedEvent);
    },
    snapshot(where, items) {
      const digest = snapshotDigest(items);
      snapshots[digest] ??= items;
      push(stamp({ kind: "snapshot", ...where, digest }));
    },
    keep(digest, items) {
      snapshots[digest] ??= items;
    },
    recording: () => ({ schemaVersion: 1, plan, events: [...events], snapshots: { ...snapshots } }),
    imagine: (more, others) => ({
      schemaVersion: 1,
      plan,
      events: [...events, ...more.map(stamp)],
      snapshots: { ...snapshots, ...others },
    }),
  };
}
