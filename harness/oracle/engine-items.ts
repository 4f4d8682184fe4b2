import { placedOf, type Recording } from "../model/recording.ts";
import { itemKey, type StateItem } from "../model/state.ts";
import { isKernelMade } from "../state/kernel-made.ts";
import { countItems, subtractItems } from "./multiset.ts";
import { livesOf, snapshotsOf, type SnapshotView } from "./timeline.ts";

const none: readonly StateItem[] = [];

/** Decoys that had been planted on the node before the event at `index`. */
export function decoysBefore(recording: Recording, node: string, index: number): readonly StateItem[] {
  const planted = placedOf(recording, "decoys").filter(
    ({ event, index: at }) => at < index && event.node === node,
  );
  const [first, ...more] = planted;
  // One list stays the same object, so that what is worked out of it is worked out once.
  return more.length === 0 ? (first?.event.items ?? none) : planted.flatMap(({ event }) => event.items);
}

/** The last look at a node before its engine, since it booted last before the event at `index`: `planted`, else `baseline`. */
export function referenceOf(recording: Recording, node: string, index: number): SnapshotView | undefined {
  const lives = livesOf(recording, node);
  const views = lives.findLast(([first]) => first !== undefined && first.index <= index) ?? lives[0] ?? [];
  return views.find((view) => view.moment === "planted") ?? views.find((view) => view.moment === "baseline");
}

/** Items that were there before the engine, and decoys planted since: as a multiset, what is not the engine's. */
export function foreignItems(recording: Recording, view: SnapshotView): readonly StateItem[] {
  const before = referenceOf(recording, view.node, view.index)?.items ?? none;
  const decoys = decoysBefore(recording, view.node, view.index);
  const countBefore = countItems(before);
  // Decoys of the "before" phase are in both; later ones in the decoys alone.
  const late = decoys.filter((decoy) => (countBefore.get(itemKey(decoy)) ?? 0) === 0);
  return late.length === 0 ? before : [...before, ...late];
}

/** A view is of one recording, and every oracle asks. */
const own = new WeakMap<SnapshotView, readonly StateItem[]>();

/**
 * The items of a snapshot that the engine answers for: what was added since `planted`, without decoys,
 * without what the kernel makes by itself, and without connection tracking (traffic makes flows, not engines).
 */
export function engineItems(recording: Recording, view: SnapshotView): readonly StateItem[] {
  const known = own.get(view);
  if (known !== undefined) return known;
  const items = subtractItems(view.items, foreignItems(recording, view)).filter(
    (item) => item.family !== "conntrack" && !isKernelMade(item),
  );
  own.set(view, items);
  return items;
}

/** Where `item` was first seen on the node of `view`, at all. */
export function firstSeen(
  recording: Recording,
  node: string,
  item: StateItem,
): { readonly step: string; readonly atMs: number } | undefined {
  const key = itemKey(item);
  const view = snapshotsOf(recording, node).find(({ items }) => items.some((seen) => itemKey(seen) === key));
  return view === undefined ? undefined : { step: view.step, atMs: view.atMs };
}
