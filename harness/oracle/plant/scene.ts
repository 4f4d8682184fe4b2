import type { EventOf, RecordedEvent, Recording } from "../../model/recording.ts";
import type { StateItem } from "../../model/state.ts";
import type { SnapshotView } from "../timeline.ts";

/** Events that say nothing about what is planted: they are most of a recording. */
const needless: ReadonlySet<RecordedEvent["kind"]> = new Set([
  "probe",
  "kernel-write",
  "kernel-state",
  "engine-write",
  "exec",
  "api-leftover",
  "traffic",
  "decoy-hit",
  "unexplained-change",
  "quiet",
  "rest",
]);

/** A recording with what plants are made from, and nothing else. */
export function thinned(recording: Recording): Recording {
  return { ...recording, events: recording.events.filter(({ kind }) => !needless.has(kind)) };
}

/** A node as it is said to have been at one look. */
interface Change {
  readonly view: SnapshotView;
  readonly items: readonly StateItem[];
}

interface Scene {
  /** Looks of one node that stay, beside those before its engine. */
  readonly views: readonly SnapshotView[];
  /** The one that stays. */
  readonly expectation?: EventOf<"expectation">;
  readonly change?: Change;
}

const changedDigest = "changed";

/**
 * A recording cut down to a few looks, one of which may show another state: what an oracle says of it is about these
 * looks alone, and takes as little time as there is to see.
 */
export function sceneOf(recording: Recording, { views, expectation, change }: Scene): Recording {
  const kept = new Set(views.map(({ index }) => index));
  const nodes = new Set(views.map(({ node }) => node));
  const events = recording.events.flatMap((event, index): readonly RecordedEvent[] => {
    if (event.kind === "expectation") return event === expectation ? [event] : [];
    if (event.kind !== "snapshot") return [event];
    const isBefore = event.moment === "baseline" || event.moment === "planted";
    if (!kept.has(index)) return isBefore && nodes.has(event.node) ? [event] : [];
    return [index === change?.view.index ? { ...event, digest: changedDigest } : event];
  });
  const { snapshots } = recording;
  return {
    ...recording,
    events,
    snapshots: change === undefined ? snapshots : { ...snapshots, [changedDigest]: change.items },
  };
}
