import { createHash } from "node:crypto";
import { itemKey, type StateItem } from "../model/state.ts";

export interface StateDifference {
  readonly added: readonly StateItem[];
  readonly removed: readonly StateItem[];
}

/** The items of `left` that `right` does not hold, each as often as it is missing there. */
function minus(left: readonly StateItem[], right: readonly StateItem[]): readonly StateItem[] {
  const counts = new Map<string, number>();
  for (const item of right) {
    const key = itemKey(item);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return left.filter((item) => {
    const key = itemKey(item);
    const count = counts.get(key) ?? 0;
    if (count > 0) counts.set(key, count - 1);
    return count === 0;
  });
}

/**
 * What came and what went between two snapshots of a node. States are multisets: a rule that is there
 * once more than before was added once. Order does not count.
 */
export function diffStates(before: readonly StateItem[], after: readonly StateItem[]): StateDifference {
  return { added: minus(after, before), removed: minus(before, after) };
}

/** Rules of one chain as one text, in order; everything else by itself. Flows come and go with traffic and stay out. */
function digestParts(items: readonly StateItem[]): readonly string[] {
  const chains = new Map<string, string[]>();
  const parts: string[] = [];
  for (const item of items) {
    if (item.family === "conntrack") continue;
    if (item.kind !== "rule") {
      parts.push(itemKey(item));
      continue;
    }
    const name = `${item.family}|${item.table ?? ""}|${item.chain ?? ""}`;
    const rules = chains.get(name);
    if (rules === undefined) chains.set(name, [itemKey(item)]);
    else rules.push(itemKey(item));
  }
  return [...parts, ...[...chains.values()].map((rules) => JSON.stringify(rules))].toSorted();
}

/**
 * SHA-256 (hex) of a state: equal for equal states whatever the order of the dump, different where a
 * rule stands at another place of its chain. conntrack flows do not count.
 */
export function stateDigest(items: readonly StateItem[]): string {
  return createHash("sha256")
    .update(JSON.stringify(digestParts(items)))
    .digest("hex");
}

/** Whether two states are the same but for conntrack flows; the order of rules inside a chain counts. */
export function isSameState(one: readonly StateItem[], other: readonly StateItem[]): boolean {
  return stateDigest(one) === stateDigest(other);
}

/** SHA-256 (hex) of a snapshot exactly as it is, conntrack flows and order included: the name to keep it under. */
export function snapshotDigest(items: readonly StateItem[]): string {
  return createHash("sha256").update(JSON.stringify(items)).digest("hex");
}
