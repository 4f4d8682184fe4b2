import { itemKey, type StateItem } from "../model/state.ts";

/** How often each key occurs among the items. */
export function countKeys(
  items: readonly StateItem[],
  keyOf: (item: StateItem) => string = itemKey,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const key = keyOf(item);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** The states of a recording never change, and many are subtracted from one. */
const counted = new WeakMap<readonly StateItem[], ReadonlyMap<string, number>>();

/** How often each item of a state occurs; the state must not change any more. */
export function countItems(items: readonly StateItem[]): ReadonlyMap<string, number> {
  const known = counted.get(items) ?? countKeys(items);
  counted.set(items, known);
  return known;
}

function subtract(
  from: readonly StateItem[],
  taken: readonly StateItem[],
  keyOf: (item: StateItem) => string,
): readonly StateItem[] {
  const counts = keyOf === itemKey ? countItems(taken) : countKeys(taken, keyOf);
  const used = new Map<string, number>();
  return from.filter((item) => {
    const key = keyOf(item);
    const count = counts.get(key) ?? 0;
    if (count === 0) return true;
    const before = used.get(key) ?? 0;
    used.set(key, before + 1);
    return before >= count;
  });
}

/** Several oracles, and several looks at one unchanged state, ask for the same difference. */
const differences = new WeakMap<readonly StateItem[], WeakMap<readonly StateItem[], readonly StateItem[]>>();

/**
 * The items of `from` that are left when each item of `taken` took one equal item away. Items are
 * equal when their keys are; order is kept, and of equal items the first ones go.
 */
export function subtractItems(
  from: readonly StateItem[],
  taken: readonly StateItem[],
  keyOf: (item: StateItem) => string = itemKey,
): readonly StateItem[] {
  if (keyOf !== itemKey) return subtract(from, taken, keyOf);
  const known = differences.get(from) ?? new WeakMap<readonly StateItem[], readonly StateItem[]>();
  const left = known.get(taken) ?? subtract(from, taken, keyOf);
  differences.set(from, known.set(taken, left));
  return left;
}
