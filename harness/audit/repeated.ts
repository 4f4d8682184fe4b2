import { itemKey, type StateItem } from "../model/state.ts";
import { effectKey } from "../oracle/duplicates.ts";
import { countKeys } from "../oracle/multiset.ts";

/**
 * Rules that stand in their chain more than once, each told once with the reason.
 *
 * @param own - items of one engine
 * @param commentsDistinguish - rules that differ in their comment alone are meant to
 */
export function findRepeated(
  own: readonly StateItem[],
  commentsDistinguish: boolean,
): readonly { readonly item: StateItem; readonly why: string }[] {
  const rules = own.filter((item) => item.kind === "rule" && item.family !== "rule");
  const exact = countKeys(rules);
  const alike = commentsDistinguish ? exact : countKeys(rules, effectKey);
  const told = new Set<string>();
  return rules.flatMap((item) => {
    const key = commentsDistinguish ? itemKey(item) : effectKey(item);
    const times = exact.get(itemKey(item)) ?? 0;
    const same = alike.get(key) ?? 0;
    if (same < 2 || told.has(key)) return [];
    told.add(key);
    const why =
      times === same
        ? `stands ${times} times in its chain`
        : `stands ${same} times in its chain, but for the comment`;
    return [{ item, why }];
  });
}
