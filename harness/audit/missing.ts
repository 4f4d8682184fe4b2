import { type ItemMatcher, isMatch } from "../model/matcher.ts";
import type { StateItem } from "../model/state.ts";
import { isSingle } from "../state/address.ts";
import type { Expected } from "./engine-signs.ts";

/** Looks items up by a single address or port that they name, since a node has more rules than can be tried for each object. */
function presenceIn(items: readonly StateItem[]): (matcher: ItemMatcher) => boolean {
  const byAddress = new Map<string, StateItem[]>();
  const byPort = new Map<number, StateItem[]>();
  const put = <K>(map: Map<K, StateItem[]>, key: K, item: StateItem): void => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [item]);
    else if (list.at(-1) !== item) list.push(item);
  };
  for (const item of items) {
    for (const token of item.tokens) {
      if (token.kind === "addresses" && isSingle(token)) put(byAddress, token.first, item);
      if (token.kind === "ports" && token.first === token.last) put(byPort, token.first, item);
    }
  }
  return (matcher) => {
    const tokens = matcher.tokens ?? [];
    const address = tokens.find((token) => token.kind === "addresses" && isSingle(token));
    const port = tokens.find((token) => token.kind === "ports");
    const some =
      address?.kind === "addresses"
        ? byAddress.get(address.first)
        : port?.kind === "ports"
          ? byPort.get(port.first)
          : items;
    return (some ?? []).some((item) => isMatch(matcher, item));
  };
}

/** What is expected and has no item. */
export function findMissing(expected: readonly Expected[], items: readonly StateItem[]): readonly Expected[] {
  if (expected.length === 0) return [];
  const isPresent = presenceIn(items);
  return expected.filter(({ anyOf }) => !anyOf.some(isPresent));
}
