import { eventsOf, type Placed, placedOf, type Recording } from "../model/recording.ts";
import { itemKey, type StateItem } from "../model/state.ts";
import type { Finding } from "../model/verdict.ts";
import { isKernelMade } from "../state/kernel-made.ts";
import { referenceOf } from "./engine-items.ts";
import { countItems, subtractItems } from "./multiset.ts";
import type { Oracle } from "./oracle.ts";
import { describePacket } from "./packet.ts";
import { livesOf, nodeNames, type SnapshotView } from "./timeline.ts";

function findingOf(view: SnapshotView, item: StateItem, why: string): Finding {
  const packet = describePacket(item);
  return {
    oracle: "bystander",
    level: "core",
    node: view.node,
    item,
    why,
    owner: "somebody else on the node",
    step: view.step,
    ...(packet === undefined ? {} : { packet: `no longer: ${packet}` }),
  };
}

/** The first finding of every item: what is gone once is gone in all later snapshots. */
function firstOfEach(findings: readonly Finding[]): readonly Finding[] {
  const first = new Map<string, Finding>();
  for (const finding of findings) {
    const key = finding.item === undefined ? finding.why : itemKey(finding.item);
    if (!first.has(key)) first.set(key, finding);
  }
  return [...first.values()];
}

/** Items never change, and stand in many snapshots. */
const chains = new WeakMap<StateItem, string>();

function chainOf(item: StateItem): string {
  const known = chains.get(item);
  if (known !== undefined) return known;
  const chain = `${item.family}|${item.table ?? ""}|${item.chain ?? ""}`;
  chains.set(item, chain);
  return chain;
}

/** The first of `wanted` that does not come after the one before it in `seen`; undefined where the order holds. */
function firstOutOfOrder(wanted: readonly StateItem[], seen: readonly StateItem[]): StateItem | undefined {
  let next = 0;
  for (const item of seen) {
    const due = wanted[next];
    if (due === undefined) return undefined;
    if (itemKey(item) === itemKey(due)) next++;
  }
  return wanted[next];
}

/** One foreign rule of every chain in which those that are left stand in another order than in `expected`. */
function reordered(expected: readonly StateItem[], seen: readonly StateItem[]): readonly StateItem[] {
  const gone = subtractItems(expected, seen);
  const rules = subtractItems(expected, gone).filter((item) => item.kind === "rule");
  // Mostly the order holds across all chains, and that is seen at once.
  if (firstOutOfOrder(rules, seen) === undefined) return [];
  const seenIn = Map.groupBy(
    seen.filter((item) => item.kind === "rule"),
    chainOf,
  );
  return [...Map.groupBy(rules, chainOf)].flatMap(
    ([chain, wanted]) => firstOutOfOrder(wanted, seenIn.get(chain) ?? []) ?? [],
  );
}

function judgeDecoys(
  { event: decoys, index: planted }: Placed<"decoys">,
  views: readonly SnapshotView[],
): readonly Finding[] {
  return views
    .filter((view) => view.index > planted)
    .flatMap((view) => {
      // What the kernel adds to an address goes with it, and is not told twice.
      const gone = subtractItems(decoys.items, view.items).filter((item) => !isKernelMade(item));
      return [
        ...gone.map((item) => findingOf(view, item, "belongs to somebody else and is gone or changed")),
        ...reordered(decoys.items, view.items).map((item) =>
          findingOf(view, item, "belongs to somebody else and stands in another order among its own"),
        ),
      ];
    });
}

/**
 * Decoys of several plantings in another order among each other than at the first look at them all: of one
 * planting there may be a single rule in a chain, which has no order.
 */
function judgeOrder(decoys: readonly Placed<"decoys">[], views: readonly SnapshotView[]): readonly Finding[] {
  const last = decoys.at(-1);
  if (last === undefined || decoys.length < 2) return [];
  const keys = new Set(decoys.flatMap(({ event }) => event.items.map(itemKey)));
  const [first, ...later] = views.filter((view) => view.index > last.index);
  const expected = first?.items.filter((item) => item.kind === "rule" && keys.has(itemKey(item))) ?? [];
  return later.flatMap((view) =>
    reordered(expected, view.items).map((item) =>
      findingOf(view, item, "belongs to somebody else and stands in another order among its own"),
    ),
  );
}

/** What the node held before anything was planted, and has lost since. */
function judgeBaseline(
  recording: Recording,
  node: string,
  views: readonly SnapshotView[],
): readonly Finding[] {
  const baseline = views.find((view) => view.moment === "baseline");
  const reference = baseline && referenceOf(recording, node, baseline.index);
  if (baseline === undefined || reference === undefined) return [];
  // What vanished while we planted is our own doing.
  const inReference = countItems(reference.items);
  const held = baseline.items.filter(
    (item) =>
      item.family !== "conntrack" &&
      item.family !== "sysctl" &&
      !isKernelMade(item) &&
      (inReference.get(itemKey(item)) ?? 0) > 0,
  );
  return views
    .filter((view) => view.index > reference.index)
    .flatMap((view) =>
      subtractItems(held, view.items).map((item) =>
        findingOf(view, item, "was on the node before the engine and is gone or changed"),
      ),
    );
}

function judgeHits(recording: Recording, node: string): readonly Finding[] {
  return eventsOf(recording, "decoy-hit")
    .filter((event) => event.node === node && !event.hit)
    .map((event) => ({
      oracle: "bystander",
      level: "core",
      node,
      why: `the packet check "${event.decoy}" of somebody else's state fails: ${event.seen}`,
      owner: "somebody else on the node",
      step: event.step,
      packet: `the packet of "${event.decoy}" no longer meets the rule that it met before`,
    }));
}

/** Which of its node's lives an event is of, by its position. */
function lifeAt(lives: readonly (readonly SnapshotView[])[], index: number): number {
  // What comes before the first look is of the first life.
  return Math.max(
    0,
    lives.findLastIndex(([first]) => first !== undefined && first.index < index),
  );
}

function judgeRecording(recording: Recording): readonly Finding[] {
  return nodeNames(recording).flatMap((node) => {
    const lives = livesOf(recording, node);
    const planted = placedOf(recording, "decoys").filter(({ event }) => event.node === node);
    const found = lives.flatMap((views, life) => {
      const decoys = planted.filter(({ index }) => lifeAt(lives, index) === life);
      return [
        ...decoys.flatMap((each) => judgeDecoys(each, views)),
        ...judgeOrder(decoys, views),
        ...judgeBaseline(recording, node, views),
      ];
    });
    const kept = firstOfEach(found);
    return [...kept, ...judgeHits(recording, node)];
  });
}

/** A recording never changes, and the figures on bystanders ask for the same. */
const judged = new WeakMap<Recording, readonly Finding[]>();

/** Over-deletion is what checks for leaks cannot see. */
export const bystander: Oracle = {
  name: "bystander",
  demands:
    "Foreign rules, sets, routes and addresses keep their text and their order, and packets still meet them.",
  judge(recording) {
    const found = judged.get(recording) ?? judgeRecording(recording);
    judged.set(recording, found);
    return found;
  },
};
