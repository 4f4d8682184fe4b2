import type { Recording } from "../model/recording.ts";
import type { StateItem } from "../model/state.ts";
import { namesIdentity } from "./item-names.ts";
import { addressesNamedBefore, ledgerOf } from "./ledger.ts";

/** What weighs most stands first. */
const weight = { address: 0, "port-pair": 1, "node-port": 2, name: 3, network: 4 } as const;

/** The object of ours that an item was made for, as far as the item names it: the last one that named the same before `index`. */
export function ownerOf(recording: Recording, item: StateItem, index: number): string | undefined {
  const ledger = ledgerOf(recording);
  const known = addressesNamedBefore(ledger, index);
  const naming = ledger.filter(({ from, identity }) => from < index && namesIdentity(item, identity, known));
  const strongest = Math.min(...naming.map(({ identity }) => weight[identity.kind]));
  return naming.findLast(({ identity }) => weight[identity.kind] === strongest)?.target;
}
