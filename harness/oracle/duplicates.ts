import type { RuleOrder } from "../model/engine.ts";
import { isMatch } from "../model/matcher.ts";
import type { Recording } from "../model/recording.ts";
import { itemKey, type StateItem } from "../model/state.ts";
import type { Finding } from "../model/verdict.ts";
import { engineItems, firstSeen, foreignItems } from "./engine-items.ts";
import { countKeys } from "./multiset.ts";
import type { Oracle } from "./oracle.ts";
import { describePacket } from "./packet.ts";
import { beginOf, judgedSnapshots, nodeNames, type SnapshotView } from "./timeline.ts";

const comments = /\s*(?:-m comment\s+--comment|\bcomment)\s+(?:"(?:[^"\\]|\\.)*"|[^\s"]+)/g;

/** A rule's text without what somebody wrote beside it. */
export function withoutComment(text: string): string {
  return text.replace(comments, "");
}

/** Items never change, and stand in many snapshots. */
const effects = new WeakMap<StateItem, string>();

/** A rule's identity without its comment, in either spelling: what it does to packets. */
export function effectKey(item: StateItem): string {
  const known = effects.get(item);
  if (known !== undefined) return known;
  const text = withoutComment(item.text);
  const key = text === item.text ? itemKey(item) : itemKey({ ...item, text });
  effects.set(item, key);
  return key;
}

function isRule(item: StateItem): boolean {
  return item.kind === "rule" && item.family !== "rule";
}

function findingOf(recording: Recording, view: SnapshotView, item: StateItem, why: string): Finding {
  const packet = describePacket(item);
  const seen = firstSeen(recording, view.node, item);
  return {
    oracle: "duplicates",
    level: "core",
    node: view.node,
    item,
    why,
    ...(seen === undefined ? {} : { firstSeen: seen }),
    step: view.step,
    ...(packet === undefined ? {} : { packet }),
  };
}

/** Engine rules that stand more than once, each with the reason; a rule that foreigners hold as often is theirs. */
function repeated(recording: Recording, view: SnapshotView): readonly { item: StateItem; why: string }[] {
  const rules = engineItems(recording, view).filter(isRule);
  const foreign = foreignItems(recording, view).filter(isRule);
  const exact = countKeys([...rules, ...foreign]);
  const byEffect = countKeys([...rules, ...foreign], effectKey);
  const foreignExact = countKeys(foreign);
  const foreignByEffect = countKeys(foreign, effectKey);
  return rules.flatMap((item) => {
    const times = exact.get(itemKey(item)) ?? 0;
    if (times > 1 && times > (foreignExact.get(itemKey(item)) ?? 0)) {
      return [{ item, why: `stands ${times} times in its chain` }];
    }
    const alike = byEffect.get(effectKey(item)) ?? 0;
    if (alike > 1 && alike > (foreignByEffect.get(effectKey(item)) ?? 0)) {
      return [{ item, why: `stands ${alike} times in its chain, but for the comment` }];
    }
    return [];
  });
}

/** The engine's rules that stand before others that they have to come after, with the reason. */
function outOfOrder(
  { first, later, reason }: RuleOrder,
  recording: Recording,
  view: SnapshotView,
): readonly { item: StateItem; why: string }[] {
  const rules = engineItems(recording, view).filter(isRule);
  const chainOf = (item: StateItem): string => `${item.family}|${item.table ?? ""}|${item.chain ?? ""}`;
  return [...Map.groupBy(rules, chainOf).values()].flatMap((chain) => {
    const last = chain.findLastIndex((item) => isMatch(first, item));
    return chain
      .slice(0, Math.max(last, 0))
      .filter((item) => isMatch(later, item))
      .map((item) => ({ item, why: `stands before a ${first.title}: ${reason}` }));
  });
}

function judgeNode(recording: Recording, node: string): readonly Finding[] {
  const findings = new Map<string, Finding>();
  const orders = beginOf(recording)?.engineProfile.ruleOrders ?? [];
  for (const view of judgedSnapshots(recording, node)) {
    const misplaced = orders.flatMap((order) => outOfOrder(order, recording, view));
    for (const { item, why } of [...repeated(recording, view), ...misplaced]) {
      const key = `${effectKey(item)}|${why}`;
      if (!findings.has(key)) findings.set(key, findingOf(recording, view, item, why));
    }
  }
  return [...findings.values()];
}

/** Order and number of rules are state too: an engine that programs twice takes away once. */
export const duplicates: Oracle = {
  name: "duplicates",
  demands:
    "No chain holds the same rule twice, with or without its comment, and rules stand in the order that the engine declares.",
  judge(recording) {
    return nodeNames(recording).flatMap((node) => judgeNode(recording, node));
  },
};
