import type { ItemMatcher } from "../model/matcher.ts";
import { isMatch } from "../model/matcher.ts";
import type { StateItem } from "../model/state.ts";

/** Chains and sets that an item leads to, as `family|table|name`; sets of ipset have no table. */
function referencesOf(item: StateItem): readonly string[] {
  return item.tokens.flatMap((token) =>
    token.kind === "reference"
      ? [`${item.family}|${item.table ?? ""}|${token.name}`, `ipset||${token.name}`]
      : [],
  );
}

function isBase(item: StateItem): boolean {
  return item.family === "nftables" && /\{ type \S+; hook /.test(item.text);
}

/** Whether the item is a chain, set or map, as such, to which something should lead. */
function isTarget(item: StateItem): boolean {
  return (item.kind === "chain" && !isBase(item)) || item.kind === "set" || item.kind === "map";
}

/**
 * Chains and sets among `own` that no item of the node leads to: no jump, no lookup, no verdict of a map.
 * What leads to itself alone does not count.
 */
export function findUnreferenced(
  own: readonly StateItem[],
  all: readonly StateItem[],
  allowed: readonly ItemMatcher[],
): readonly StateItem[] {
  const targets = own.filter(isTarget);
  if (targets.length === 0) return [];
  const led = new Set<string>();
  for (const item of all) {
    for (const reference of referencesOf(item)) {
      if (reference !== `${item.family}|${item.table ?? ""}|${item.chain ?? ""}`) led.add(reference);
    }
  }
  return targets.filter(
    (item) =>
      !led.has(`${item.family}|${item.table ?? ""}|${item.chain ?? ""}`) &&
      !allowed.some((matcher) => isMatch(matcher, item)),
  );
}
