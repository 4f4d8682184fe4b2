import { isMatch } from "../model/matcher.ts";
import { eventsOf, type Recording } from "../model/recording.ts";
import { itemKey, type StateItem } from "../model/state.ts";
import type { Finding } from "../model/verdict.ts";
import { comparableText } from "./comparable.ts";
import { engineItems } from "./engine-items.ts";
import { itemFinding } from "./item-finding.ts";
import { ledgerOf, liveTargetsAt } from "./ledger.ts";
import type { Oracle } from "./oracle.ts";
import { ownerOf } from "./owner.ts";
import { isKept } from "./residue.ts";
import { retiredNameIn } from "./retired-identity.ts";
import {
  beginOf,
  isAnswerable,
  isUnderTest,
  judgedSnapshots,
  nodeNames,
  type SnapshotView,
} from "./timeline.ts";

/** An item with where it was seen and what it is called in every attempt of its world. */
interface Seen {
  readonly item: StateItem;
  readonly view: SnapshotView;
  readonly text: string;
}

/** What is compared at one point of an attempt: one node, or all of them where ownership may move between nodes. */
interface Point {
  readonly place: string;
  readonly views: readonly SnapshotView[];
}

/** The last judged look of each step and moment at every node of a group; points that a node lacks, or where its engine was down or another version, are left out. */
function pointsOf(recording: Recording, nodes: readonly string[]): ReadonlyMap<string, Point> {
  const last = nodes.map((node) => {
    const views = judgedSnapshots(recording, node).map(
      (view) => [`${view.step} ${view.moment}`, view] as const,
    );
    return new Map(views);
  });
  const [first] = last;
  return new Map(
    [...(first?.keys() ?? [])].flatMap((place) => {
      const views = last.flatMap((own) => own.get(place) ?? []);
      const isWhole = views.length === nodes.length;
      const isUp = views.every(
        ({ node, index }) => isAnswerable(recording, node, index) && isUnderTest(recording, node, index),
      );
      return isWhole && isUp ? [[place, { place, views }] as const] : [];
    }),
  );
}

/** The nodes whose states are compared together. With one leader among several nodes, who holds what is open; that somebody does is not. */
function groupsOf(recording: Recording): readonly (readonly string[])[] {
  const names = nodeNames(recording);
  const isPooled = recording.plan.settings.leaderElection === true && names.length > 1;
  return isPooled ? [names] : names.map((name) => [name]);
}

/** A recording never changes. */
const borrowed = new WeakMap<Recording, ReadonlySet<string>>();

/** Addresses that somebody else has on the nodes: what an engine makes of them depends on when they came. */
function borrowedAddresses(recording: Recording): ReadonlySet<string> {
  const known = borrowed.get(recording);
  if (known !== undefined) return known;
  const items = eventsOf(recording, "decoys").flatMap((decoys) => decoys.items);
  const tokens = items.filter(({ family }) => family === "address").flatMap((item) => item.tokens);
  const addresses = new Set(tokens.flatMap((token) => (token.kind === "addresses" ? [token.first] : [])));
  borrowed.set(recording, addresses);
  return addresses;
}

function isOfAnother(addresses: ReadonlySet<string>, { tokens }: StateItem): boolean {
  return tokens.some((token) => token.kind === "addresses" && addresses.has(token.first));
}

function seenAt(recording: Recording, { views }: Point): readonly Seen[] {
  const others = borrowedAddresses(recording);
  const anyNode = (text: string): string => (views.length > 1 ? text.replace(/<node-\d+/g, "<node") : text);
  return views.flatMap((view) => {
    const items = engineItems(recording, view).filter((item) => !isOfAnother(others, item));
    const comparable = comparableText(recording, items);
    return items.map((item) => ({ item, view, text: anyNode(comparable(itemKey(item))) }));
  });
}

/** Those of `from` that are left when each of `taken` took one of the same text away. */
function surplus(from: readonly Seen[], taken: readonly Seen[]): readonly Seen[] {
  const counts = new Map<string, number>();
  for (const { text } of taken) counts.set(text, (counts.get(text) ?? 0) + 1);
  return from.filter(({ text }) => {
    const count = counts.get(text) ?? 0;
    counts.set(text, count - 1);
    return count <= 0;
  });
}

const stale = "is stale: without the fault it is not there at this step";
const lost = "is lost: without the fault it is there at this step";

function comparePoint(
  recording: Recording,
  reference: Recording,
  point: Point,
  expected: Point,
): readonly (readonly [key: string, finding: Finding])[] {
  const [view] = point.views;
  if (view === undefined) return [];
  const keeps = beginOf(recording)?.engineProfile.keeps ?? [];
  const has = seenAt(recording, point);
  const should = seenAt(reference, expected);
  const isIdle = liveTargetsAt(ledgerOf(recording), view.index).size === 0;
  const texts = new Set(has.map(({ text }) => text));
  const extra = surplus(has, should).filter(({ item }) => !isKept(keeps, item));
  const missing = surplus(should, has).filter(({ item, text, view: at }) => {
    // What was only left behind without the fault is no loss.
    if (retiredNameIn(reference, ledgerOf(reference), at)(item) !== undefined) return false;
    if (keeps.some((kept) => kept.isByChance === true && isMatch(kept, item))) return false;
    // What may be kept need not be: it counts where objects need it, and once among nodes that share the work.
    if (!isKept(keeps, item)) return true;
    return !isIdle && !(point.views.length > 1 && texts.has(text));
  });
  const tell = (seen: Seen, at: SnapshotView, why: string): readonly [string, Finding] => {
    const finding = itemFinding(recording, at, { oracle: "convergence", item: seen.item, why });
    const owner = ownerOf(recording, seen.item, at.index);
    return [`${at.node} ${why} ${seen.text}`, owner === undefined ? finding : { ...finding, owner }];
  };
  return [
    ...extra.map((seen) => tell(seen, seen.view, stale)),
    ...missing.map((seen) => {
      // Of nodes that share the work, the one that held it without the fault.
      const position = expected.views.indexOf(seen.view);
      return tell(seen, point.views[position] ?? view, lost);
    }),
  ];
}

/** Why two attempts are not of one world, or one of them is not whole. */
function worldProblems(recording: Recording, reference: Recording): readonly string[] {
  const worldOf = ({ plan }: Recording): string =>
    `${plan.world ?? plan.id}, seed ${plan.seed}, scenario ${plan.scenario}`;
  return [
    ...(worldOf(recording) === worldOf(reference)
      ? []
      : [`the fault-free attempt is of another world (${worldOf(reference)}, not ${worldOf(recording)})`]),
    ...(reference.events.at(-1)?.kind === "end" ? [] : ["the fault-free attempt was cut short"]),
  ];
}

/**
 * Why these two attempts cannot be compared. Each a sentence; empty where they can.
 *
 * @param reference - the fault-free attempt of the same world
 */
export function referenceProblems(recording: Recording, reference: Recording): readonly string[] {
  const hadFaults = (reference.plan.faults ?? []).length > 0;
  return [
    ...worldProblems(recording, reference),
    ...(hadFaults ? ["the fault-free attempt had faults"] : []),
  ];
}

/** What one point of an attempt has too much or too few, by what is the same in every attempt of its world. */
type Differences = ReadonlyMap<string, Finding>;

/** Every point that both recordings have -> where the state is another than the reference's. */
function differences(recording: Recording, reference: Recording): ReadonlyMap<string, Differences> {
  const expectedGroups = groupsOf(reference);
  const points = groupsOf(recording).flatMap((nodes, index) => {
    const expected = pointsOf(reference, expectedGroups[index] ?? []);
    return [...pointsOf(recording, nodes).values()].flatMap((point) => {
      const same = expected.get(point.place);
      if (same === undefined) return [];
      return [[`${index} ${point.place}`, new Map(comparePoint(recording, reference, point, same))] as const];
    });
  });
  return new Map(points);
}

/**
 * What a fault does to the state must be gone when the engine has recovered, whatever the step expects. An engine that
 * was killed may end where it ends after a clean restart at that step: what differs from both references counts.
 * Order inside of chains does not count, nor what hashes, nodes and clusters are called.
 */
export const convergence: Oracle = {
  name: "convergence",
  demands:
    "After a fault and the recovery from it the engine's state is that of the same step without the fault: history does not matter.",
  judge(recording, reference, restarted) {
    if (reference === undefined || referenceProblems(recording, reference).length > 0) return [];
    const isSecond = restarted !== undefined && worldProblems(recording, restarted).length === 0;
    const second = isSecond ? differences(recording, restarted) : new Map<string, Differences>();
    // What is wrong in one step is wrong in all later ones: the first is told.
    const first = new Map<string, Finding>();
    for (const [place, told] of differences(recording, reference)) {
      const also = second.get(place);
      for (const [key, finding] of told)
        if (!first.has(key) && (also === undefined || also.has(key))) first.set(key, finding);
    }
    return [...first.values()];
  },
};
