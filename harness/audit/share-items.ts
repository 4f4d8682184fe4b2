import { itemKey, type StateItem } from "../model/state.ts";

function isSame(one: StateItem, other: StateItem): boolean {
  return JSON.stringify(one.tokens) === JSON.stringify(other.tokens);
}

/**
 * The items of a look; those that were there in the look before are the same in memory. Most of a node's
 * thousands of rules stay, and all looks of an audit are kept to its end.
 *
 * What is new is copied: a text that was cut out of a dump keeps the whole dump in memory, and of a node that is
 * watched for long every item may be of another dump.
 */
export function shareItems(items: readonly StateItem[], before: readonly StateItem[]): readonly StateItem[] {
  const known = new Map(before.map((item) => [itemKey(item), item]));
  return items.map((item) => {
    const same = known.get(itemKey(item));
    return same !== undefined && isSame(same, item) ? same : structuredClone(item);
  });
}
