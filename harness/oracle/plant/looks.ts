import type { Recording } from "../../model/recording.ts";
import { itemKey, type StateItem } from "../../model/state.ts";
import { engineItems } from "../engine-items.ts";
import { beginOf, isAnswerable, judgedSnapshots, nodeNames, type SnapshotView } from "../timeline.ts";
import { ledgerOf, retiredAt } from "../ledger.ts";

/** The looks of each node in which its engine's items are judged, in order. */
export function judgedLooks(recording: Recording): readonly (readonly SnapshotView[])[] {
  return nodeNames(recording).map((node) =>
    judgedSnapshots(recording, node).filter((view) => isAnswerable(recording, node, view.index)),
  );
}

/** Items of the engine that were there at an earlier look and are not at this one. */
export function goneBy(
  recording: Recording,
  looks: readonly SnapshotView[],
  view: SnapshotView,
): readonly StateItem[] {
  const here = new Set(view.items.map(itemKey));
  const before = looks.filter(({ index }) => index < view.index);
  const gone = before
    .flatMap((look) => engineItems(recording, look))
    .filter((item) => !here.has(itemKey(item)));
  return [...new Map(gone.map((item) => [itemKey(item), item])).values()];
}

/** Addresses that objects had named before a look, and none does at it; those of nodes are left out. */
export function retiredAddresses(recording: Recording, { index }: SnapshotView): ReadonlySet<string> {
  const nodes = new Set(beginOf(recording)?.nodes.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]));
  return new Set(
    retiredAt(ledgerOf(recording), index).flatMap(({ identity }) =>
      identity.kind === "address" && !nodes.has(identity.address) ? [identity.address] : [],
    ),
  );
}
