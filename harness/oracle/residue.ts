import type { KeptItem } from "../model/engine.ts";
import { isMatch } from "../model/matcher.ts";
import type { Recording } from "../model/recording.ts";
import type { StateItem } from "../model/state.ts";
import type { Finding } from "../model/verdict.ts";
import { engineItems } from "./engine-items.ts";
import { itemFinding } from "./item-finding.ts";
import { ledgerOf, liveTargetsAt } from "./ledger.ts";
import { countKeys, subtractItems } from "./multiset.ts";
import type { Oracle } from "./oracle.ts";
import {
  beginOf,
  isAnswerable,
  isFound,
  judgedSnapshots,
  nodeNames,
  snapshotsOf,
  type SnapshotView,
} from "./timeline.ts";

/** Whether the engine declared that it may keep the item. */
export function isKept(keeps: readonly KeptItem[], item: StateItem): boolean {
  return keeps.some((kept) => isMatch(kept, item));
}

function findingOf(recording: Recording, view: SnapshotView, item: StateItem, why: string): Finding {
  return itemFinding(recording, view, { oracle: "residue", item, why });
}

/** The first look at the node after objects had come and all were gone again. */
function firstEmptied(recording: Recording, views: readonly SnapshotView[]): SnapshotView | undefined {
  const ledger = ledgerOf(recording);
  return views.find(
    (view) =>
      isAnswerable(recording, view.node, view.index) &&
      ledger.some((naming) => naming.from < view.index) &&
      liveTargetsAt(ledger, view.index).size === 0,
  );
}

/**
 * Kept items of `now` beyond those of `before`. Counted per declaration, family and table, and only where
 * there was something before: structure that an engine makes late, at the first object of its kind, is no growth.
 */
function grownSince(
  keeps: readonly KeptItem[],
  before: readonly StateItem[],
  now: readonly StateItem[],
): readonly StateItem[] {
  const groupOf = (item: StateItem): string =>
    `${keeps.findIndex((kept) => isMatch(kept, item))}|${item.family}|${item.table ?? ""}`;
  const had = countKeys(before, groupOf);
  const has = countKeys(now, groupOf);
  const isGrown = (item: StateItem): boolean => {
    const count = had.get(groupOf(item)) ?? 0;
    return count > 0 && (has.get(groupOf(item)) ?? 0) > count;
  };
  return subtractItems(now.filter(isGrown), before);
}

/** What is there after the vendor's own clean-up: policies of built-in chains may stay, which others may use. */
function leftByCleanUp(recording: Recording, node: string): readonly Finding[] {
  const views = snapshotsOf(recording, node).filter(({ moment }) => moment === "uninstalled");
  return views.flatMap((view) =>
    engineItems(recording, view)
      .filter(({ kind }) => kind !== "policy")
      .map((item) => findingOf(recording, view, item, "is left after the engine's own clean-up")),
  );
}

function judgeNode(recording: Recording, keeps: readonly KeptItem[], node: string): readonly Finding[] {
  const views = judgedSnapshots(recording, node);
  const emptied = views.find((view) => view.moment === "emptied");
  if (emptied === undefined || !isAnswerable(recording, node, emptied.index)) return [];
  const kept = (view: SnapshotView): readonly StateItem[] =>
    engineItems(recording, view).filter((item) => isKept(keeps, item));
  const left = engineItems(recording, emptied).filter((item) => !isKept(keeps, item));
  const first = firstEmptied(recording, views) ?? emptied;
  // On somebody's cluster what others do meanwhile decides as well when the engine tidies up.
  const grown = isFound(recording) ? [] : grownSince(keeps, kept(first), kept(emptied));
  const why = `is kept, and was not when all objects were gone for the first time (step ${first.step}): what is kept must not grow`;
  return [
    ...left.map((item) => findingOf(recording, emptied, item, "is left although every object is gone")),
    ...grown.map((item) => findingOf(recording, emptied, item, why)),
  ];
}

/** What an engine may keep is declared in its profile, with reasons; it never scales with objects. */
export const residue: Oracle = {
  name: "residue",
  demands:
    "When every object is gone, nothing is left but what the engine declares to keep, and that does not grow; after its clean-up, nothing at all.",
  judge(recording) {
    const keeps = beginOf(recording)?.engineProfile.keeps ?? [];
    return nodeNames(recording).flatMap((node) => [
      ...leftByCleanUp(recording, node),
      ...judgeNode(recording, keeps, node),
    ]);
  },
};
