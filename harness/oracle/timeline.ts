import { eventsOf, type EventOf, type Moment, placedOf, type Recording } from "../model/recording.ts";
import type { StateItem } from "../model/state.ts";
import { isFaultInForce } from "./fault-spans.ts";

/** The step of the harness itself in which the canary object is programmed and removed. */
export const canaryStep = "<canary>";

/** A snapshot with its items, and its place in the recording. */
export interface SnapshotView {
  /** Position among the recording's events. Order of events is exact where times may be equal. */
  readonly index: number;
  readonly atMs: number;
  readonly node: string;
  readonly step: string;
  readonly moment: Moment;
  readonly items: readonly StateItem[];
}

/** What is to be expected of an engine on a node. `stopped`: by us. `died`: by itself. */
export type EngineState = "never-started" | "running" | "stopped" | "died";

const views = new WeakMap<Recording, readonly SnapshotView[]>();

function viewsOf(recording: Recording): readonly SnapshotView[] {
  return placedOf(recording, "snapshot").flatMap(({ event, index }) => {
    const items = recording.snapshots[event.digest];
    if (items === undefined) return [];
    const { atMs, node, step, moment } = event;
    return [{ index, atMs, node, step, moment, items }];
  });
}

/** All snapshots in order, of one node where it is given. A digest without items is left out; see `recordingProblems`. */
export function snapshotsOf(recording: Recording, node?: string): readonly SnapshotView[] {
  const all = views.get(recording) ?? viewsOf(recording);
  views.set(recording, all);
  return node === undefined ? all : all.filter((view) => view.node === node);
}

/**
 * The looks at a node from one boot to the next. A node that is restarted is looked at anew, `baseline` first: from then
 * on it has what its owners have put there since.
 */
export function livesOf(recording: Recording, node: string): readonly (readonly SnapshotView[])[] {
  const lives: SnapshotView[][] = [];
  for (const view of snapshotsOf(recording, node)) {
    const life = lives.at(-1);
    if (life === undefined || view.moment === "baseline") lives.push([view]);
    else life.push(view);
  }
  return lives;
}

const settledMoments: ReadonlySet<Moment> = new Set([
  "step",
  "canary-programmed",
  "canary-removed",
  "emptied",
]);

/**
 * The snapshots in which the engine's items are judged: those that were waited for. `exited` is taken at
 * once, when other nodes' engines may still be at work; what is wrong then is still wrong at the step's end.
 * While a fault is in force nothing is judged either: what the engine makes of it shows when it has healed.
 */
export function judgedSnapshots(recording: Recording, node: string): readonly SnapshotView[] {
  return snapshotsOf(recording, node).filter(
    (view) => settledMoments.has(view.moment) && !isFaultInForce(recording, view.index),
  );
}

/**
 * Whether an engine ever worked, or ended by itself. Where none did, nothing can be demanded of it: it was
 * perhaps never started, or never told where the API is, and that is the harness's error.
 */
export function hasEngineLived(recording: Recording): boolean {
  if (eventsOf(recording, "engine").some(({ state }) => state === "ready" || state === "found")) return true;
  return nodeNames(recording).some(
    (node) => engineStateAt(recording, node, recording.events.length) === "died",
  );
}

/** Whether the engine was there before the attempt, on a cluster of somebody's own. */
export function isFound(recording: Recording): boolean {
  return eventsOf(recording, "engine").some(({ state }) => state === "found");
}

/** The first event, where there is one. */
export function beginOf(recording: Recording): EventOf<"begin"> | undefined {
  return eventsOf(recording, "begin")[0];
}

/** Names of all nodes that anything was recorded of. */
export function nodeNames(recording: Recording): readonly string[] {
  const named = beginOf(recording)?.nodes.map((node) => node.name) ?? [];
  return [...new Set([...named, ...eventsOf(recording, "snapshot").map((event) => event.node)])];
}

/** What state the engine on `node` was in just before the event at `index`. */
export function engineStateAt(recording: Recording, node: string, index: number): EngineState {
  let state: EngineState = "never-started";
  for (const { event, index: at } of placedOf(recording, "engine")) {
    if (at >= index) break;
    if (event.node !== node) continue;
    if (event.state === "spawned" || event.state === "found") state = "running";
    else if (event.state === "terminating" || event.state === "killed") state = "stopped";
    else if (event.state === "exited" && state !== "stopped") state = "died";
  }
  return state;
}

/**
 * Whether the rules on `node` are the engine's to answer for at `index`: it runs, or it ended by itself.
 * An engine that we stopped cannot follow what changes while it is down.
 */
export function isAnswerable(recording: Recording, node: string, index: number): boolean {
  const state = engineStateAt(recording, node, index);
  return state === "running" || state === "died";
}

/** Whether the engine that was started last on `node` before the event at `index` is the version under test, not one that it replaces or that it was taken back to. */
export function isUnderTest(recording: Recording, node: string, index: number): boolean {
  const started = placedOf(recording, "engine").findLast(
    ({ event, index: at }) =>
      at < index && event.node === node && (event.state === "spawned" || event.state === "found"),
  );
  return started !== undefined && started.event.earlierVersion === undefined;
}

/** The step that had begun last before the event at `index`. */
export function stepAt(recording: Recording, index: number): string {
  const begun = placedOf(recording, "step").findLast(
    ({ event, index: at }) => at < index && event.state === "begin",
  );
  return begun?.event.step ?? "<start>";
}
