import { placedOf, type Recording } from "../../model/recording.ts";
import { itemKey, type StateItem } from "../../model/state.ts";
import { isKernelMade } from "../../state/kernel-made.ts";
import { snapshotsOf, type SnapshotView } from "../timeline.ts";
import { firstOfEachFamily, type Plant, plantIn } from "./plant.ts";

interface Stand {
  /** Of somebody else, still there at the look. */
  readonly item: StateItem;
  readonly view: SnapshotView;
}

function* decoysStanding(recording: Recording): Generator<Stand> {
  for (const { event: decoys, index: planted } of placedOf(recording, "decoys")) {
    const view = snapshotsOf(recording, decoys.node).findLast(({ index }) => index > planted);
    if (view === undefined) continue;
    const held = new Set(view.items.map(itemKey));
    // Connections come to their end by themselves.
    const isSteady = (item: StateItem): boolean => item.family !== "conntrack" && !isKernelMade(item);
    for (const item of decoys.items) if (isSteady(item) && held.has(itemKey(item))) yield { item, view };
  }
}

const placeOf = (item: StateItem): string => `${item.family}|${item.table ?? ""}|${item.chain ?? ""}`;

interface Moved extends Stand {
  readonly items: readonly StateItem[];
  /** An earlier look, at which they stand as they should. */
  readonly beside: SnapshotView;
}

/** Two neighbours of somebody else's in one chain, of which the later one comes to stand first. */
function* neighbours(recording: Recording): Generator<Moved> {
  const byView = Map.groupBy(decoysStanding(recording), ({ view }) => view);
  for (const [view, all] of byView) {
    const last = placedOf(recording, "decoys").findLast(({ event }) => event.node === view.node);
    const beside = snapshotsOf(recording, view.node).find(({ index }) => index > (last?.index ?? 0));
    if (beside === undefined || beside === view) continue;
    const rules = all.filter(({ item }) => item.kind === "rule" && item.family !== "rule");
    for (const own of Map.groupBy(rules, ({ item }) => placeOf(item)).values()) {
      const [first, second] = own;
      if (first === undefined || second === undefined) continue;
      const [one, other] = [first, second].map(({ item }) => itemKey(item));
      if (one === other) continue;
      const items = view.items.map((item) => {
        if (itemKey(item) === one) return second.item;
        return itemKey(item) === other ? first.item : item;
      });
      yield { item: first.item, view, items, beside };
    }
  }
}

/** The engine took away, or moved, what is somebody else's. */
export function foreignPlants(recording: Recording): readonly Plant[] {
  return [
    ...firstOfEachFamily(decoysStanding(recording)).map(({ item, view }) =>
      plantIn(recording, {
        oracle: "bystander",
        act: "is somebody else's and gone",
        item,
        view,
        items: view.items.filter((held) => itemKey(held) !== itemKey(item)),
      }),
    ),
    ...firstOfEachFamily(neighbours(recording)).map(({ item, view, items, beside }) =>
      plantIn(recording, {
        oracle: "bystander",
        act: "is somebody else's and moved",
        item,
        view,
        items,
        beside,
      }),
    ),
  ];
}
