import type { Recording } from "../model/recording.ts";
import type { StateItem } from "../model/state.ts";
import { engineItems } from "./engine-items.ts";
import { namesIdentity } from "./item-names.ts";
import { addressesNamedBefore, ledgerOf, retiredAt, type Ledger } from "./ledger.ts";
import { engineStateAt, nodeNames, snapshotsOf, type SnapshotView } from "./timeline.ts";

/** How long what a step let go of stayed on a node. */
export interface HalfLife {
  readonly step: string;
  readonly node: string;
  /** From our write until nothing names it any more, in ms; absent where something still does at the end. */
  readonly ms?: number;
}

/** A recording never changes, and every step that lets go of something asks. */
const looks = new WeakMap<Recording, Map<string, readonly SnapshotView[]>>();

/** Every look at a node, those after single writes included. */
function looksAt(recording: Recording, node: string): readonly SnapshotView[] {
  const ofNodes = looks.get(recording) ?? new Map<string, readonly SnapshotView[]>();
  const found = ofNodes.get(node) ?? findLooks(recording, node);
  looks.set(recording, ofNodes.set(node, found));
  return found;
}

function findLooks(recording: Recording, node: string): readonly SnapshotView[] {
  const afterWrites = recording.events.flatMap((event, index): readonly SnapshotView[] => {
    if (event.kind !== "kernel-state" || event.node !== node) return [];
    const items = recording.snapshots[event.digest];
    const { atMs, step } = event;
    return items === undefined ? [] : [{ index, atMs, node, step, moment: "step", items }];
  });
  return [...snapshotsOf(recording, node), ...afterWrites].toSorted((one, other) => one.index - other.index);
}

/** Items that name what was let go of in `step`, and what nothing has named again since. */
function leftAt(
  recording: Recording,
  ledger: Ledger,
  step: string,
  view: SnapshotView,
): readonly StateItem[] {
  const keys = new Set(
    ledger
      .filter(({ until, identity }) => until?.step === step && identity.kind !== "name")
      .map(({ key }) => key),
  );
  const gone = retiredAt(ledger, view.index).filter(({ key }) => keys.has(key));
  if (gone.length === 0) return [];
  const known = addressesNamedBefore(ledger, view.index);
  return engineItems(recording, view).filter((item) =>
    gone.some(({ identity }) => namesIdentity(item, identity, known)),
  );
}

/** When the look at `gone` came to be: at the last write to the kernel before it; without one, at the look itself. */
function goneMs(recording: Recording, gone: SnapshotView, sinceMs: number): number {
  const seen = recording.events[gone.index];
  const writes = recording.events.flatMap((event) =>
    event.kind === "kernel-write" && event.node === gone.node && event.write === "rules" ? [event] : [],
  );
  const own = seen?.kind === "kernel-state" ? writes.find(({ index }) => index === seen.index) : undefined;
  const before = writes.filter(({ atMs }) => atMs >= sinceMs && atMs <= gone.atMs);
  return (own ?? before.at(-1) ?? gone).atMs;
}

/** When the engine could begin: at our write, or at its next start where it was down then. */
function sinceMsOf(recording: Recording, node: string, index: number): number {
  const atMs = recording.events[index]?.atMs ?? 0;
  if (engineStateAt(recording, node, index) === "running") return atMs;
  const start = recording.events.find(
    (event, position) =>
      position > index && event.kind === "engine" && event.node === node && event.state === "spawned",
  );
  return start?.atMs ?? atMs;
}

function halfLifeOf(recording: Recording, ledger: Ledger, step: string, node: string): readonly HalfLife[] {
  const ends = ledger.flatMap(({ until }) => (until?.step === step ? [until.index] : []));
  const [first, last] = [Math.min(...ends), Math.max(...ends)];
  const all = looksAt(recording, node);
  // What was there just before is asked as if it had been let go of already.
  const before = all.findLast(({ index }) => index < first);
  const isThere =
    before !== undefined && leftAt(recording, ledger, step, { ...before, index: last + 1 }).length > 0;
  if (!isThere) return [];
  const after = all.filter(({ index }) => index > last);
  const still = after.findLastIndex((view) => leftAt(recording, ledger, step, view).length > 0);
  const gone = after[still + 1];
  if (gone === undefined) return [{ step, node }];
  const sinceMs = sinceMsOf(recording, node, first);
  return [{ step, node, ms: Math.max(0, Math.round(goneMs(recording, gone, sinceMs) - sinceMs)) }];
}

/**
 * How long items outlive what they were made for: one figure for each step that deletes or changes
 * objects, and each node that held items of theirs. With a look after every write (an indexed attempt)
 * it is exact; else what the engine wrote after them in the same step counts too.
 */
export function halfLives(recording: Recording): readonly HalfLife[] {
  const ledger = ledgerOf(recording);
  const steps = new Set(
    ledger.flatMap(({ until, identity }) =>
      until === undefined || identity.kind === "name" ? [] : [until.step],
    ),
  );
  return [...steps].flatMap((step) =>
    nodeNames(recording).flatMap((node) => halfLifeOf(recording, ledger, step, node)),
  );
}
