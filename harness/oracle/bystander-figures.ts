import { eventsOf, type Recording } from "../model/recording.ts";
import { families, type Family, itemKey } from "../model/state.ts";
import { bystander } from "./bystander.ts";
import { snapshotsOf } from "./timeline.ts";

/** Somebody else's state that stood beside the engine in an attempt, and what became of it. */
export interface BystanderFigures {
  /** At the nodes, once it had been planted. */
  readonly looks: number;
  readonly families: readonly {
    readonly family: Family;
    readonly planted: number;
    /** Gone, changed or in another order at one of these looks. */
    readonly lost: number;
  }[];
  /** Sent to show that it still works. */
  readonly packets: number;
  readonly packetsMissed: number;
}

/**
 * Counts what was planted on all nodes, and what the oracle has found of it. Pure.
 *
 * @returns undefined where nothing was planted
 */
export function bystanderFigures(recording: Recording): BystanderFigures | undefined {
  const planted = recording.events.flatMap((event, index) =>
    event.kind === "decoys" ? [{ index, node: event.node, items: event.items }] : [],
  );
  if (planted.length === 0) return undefined;
  const isPlanted = new Set<string>();
  const named = planted.flatMap(({ node, items }) => {
    const all = items.map((item) => ({ family: item.family, key: `${node} ${itemKey(item)}` }));
    // What is put there again after a boot is counted once.
    const fresh = all.filter(({ key }) => !isPlanted.has(key));
    for (const { key } of all) isPlanted.add(key);
    return fresh;
  });
  const lost = bystander.judge(recording).flatMap(({ node = "", item }) => {
    if (item === undefined || !isPlanted.has(`${node} ${itemKey(item)}`)) return [];
    return [item.family];
  });
  const hits = eventsOf(recording, "decoy-hit");
  return {
    looks: snapshotsOf(recording).filter(
      (view) =>
        view.moment !== "baseline" &&
        planted.some(({ node, index }) => node === view.node && index < view.index),
    ).length,
    families: families.flatMap((family) => {
      const count = named.filter((one) => one.family === family).length;
      return count === 0
        ? []
        : [{ family, planted: count, lost: lost.filter((one) => one === family).length }];
    }),
    packets: hits.length,
    packetsMissed: hits.filter(({ hit }) => !hit).length,
  };
}
