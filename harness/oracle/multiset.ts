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

/** How often each key of `few` occurs among `many`: cheaper than to count all, where they are a few decoys. */
function countOf(
  few: readonly StateItem[],
  many: readonly StateItem[],
  keyOf: (item: StateItem) => string,
): Map<string, number> {
  const counts = new Map(few.map((item) => [keyOf(item), 0]));
  for (const item of many) {
    const key = keyOf(item);
    const count = counts.get(key);
    if (count !== undefined) counts.set(key, count + 1);
  }
  return counts;
}

/**
 * The items of `from` that are left when each item of `taken` took one equal item away. Items are
 * equal when their keys are; order is kept, and of equal items the first ones go.
 */
export function subtractItems(
  from: readonly StateItem[],
  taken: readonly StateItem[],
  keyOf: (item: StateItem) => string = itemKey,
): readonly StateItem[] {
  const counts = from.length < taken.length ? countOf(from, taken, keyOf) : countKeys(taken, keyOf);
  return from.filter((item) => {
    const key = keyOf(item);
    const count = counts.get(key) ?? 0;
    if (count === 0) return true;
    counts.set(key, count - 1);
    return false;
  });
}
