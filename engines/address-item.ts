import type { ItemMatcher } from "../harness/model/matcher.ts";
import { parseNetwork } from "../harness/state/address.ts";

/** The item by which a node shows that it holds an address. */
export function addressItem(address: string): ItemMatcher {
  return {
    title: `${address} on an interface`,
    families: ["address"],
    kinds: ["address"],
    tokens: [parseNetwork(address)],
  };
}
