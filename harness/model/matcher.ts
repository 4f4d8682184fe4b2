import type { Family, StateItem, Token } from "./state.ts";

/**
 * A description of items, as data, so that it can be recorded and judged later without the engine that
 * wrote it. Every field given must hold; every token given must be named by the item.
 */
export interface ItemMatcher {
  /** For people: "SNAT of the pod to the VIP". */
  readonly title: string;
  readonly families?: readonly Family[];
  /** Exact table, as in `StateItem.table`. */
  readonly table?: string;
  /** Regular expression that the whole chain name must match. */
  readonly chain?: string;
  readonly kinds?: readonly StateItem["kind"][];
  /** Regular expression searched in the canonical text. */
  readonly text?: string;
  readonly tokens?: readonly Token[];
}

/** Whether two tokens are the same identity; fields that the wanted token leaves out do not count. */
function isSameToken(wanted: Token, seen: Token): boolean {
  return Object.entries(wanted).every(
    ([key, value]) => value === undefined || (seen as unknown as Record<string, unknown>)[key] === value,
  );
}

/** Whether `item` is one of the items that `matcher` describes. */
export function isMatch(matcher: ItemMatcher, item: StateItem): boolean {
  if (matcher.families && !matcher.families.includes(item.family)) return false;
  if (matcher.table !== undefined && matcher.table !== item.table) return false;
  if (matcher.kinds && !matcher.kinds.includes(item.kind)) return false;
  if (matcher.chain !== undefined && !new RegExp(`^(?:${matcher.chain})$`).test(item.chain ?? ""))
    return false;
  if (matcher.text !== undefined && !new RegExp(matcher.text).test(item.text)) return false;
  return (matcher.tokens ?? []).every((wanted) => item.tokens.some((seen) => isSameToken(wanted, seen)));
}
