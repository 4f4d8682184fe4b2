import type { KubeObject } from "../../model/objects.ts";
import type { StateItem } from "../../model/state.ts";
import { type Identity, identitiesOf, identityKey } from "../../oracle/identity.ts";
import { namesIdentity } from "../../oracle/item-names.ts";
import { subtractItems } from "../../oracle/multiset.ts";

/**
 * What of a node's state is about the objects of one attempt, on a cluster where other things go on.
 *
 * An item is, when it was not there before the attempt and names an address, port or name that the attempt has
 * written to the API; or when it is a chain or set, or stands in one, that such an item leads to. A chain that was
 * led to once is the attempt's to its end: also empty, and when nothing leads to it any more.
 */
export interface OwnItems {
  /** Hears of an object before it is written. */
  wrote(object: KubeObject): void;
  /** The items of `node` that are the attempt's. The first call of a node says what was there before, and gives none. */
  of(node: string, items: readonly StateItem[]): readonly StateItem[];
}

/** What holds items is told apart by where it is; sets of ipset are led to from every table. */
function placeOf({ family, table }: StateItem, name: string): string {
  return `${family}|${table ?? ""}|${name}`;
}

function placesLedTo(item: StateItem): readonly string[] {
  return item.tokens.flatMap((token) =>
    token.kind === "reference" ? [placeOf(item, token.name), `ipset||${token.name}`] : [],
  );
}

interface NodeMemory {
  readonly before: readonly StateItem[];
  /** Chains and sets that were there before. */
  readonly placesBefore: ReadonlySet<string>;
  readonly ownPlaces: Set<string>;
}

function memoryOf(items: readonly StateItem[]): NodeMemory {
  const placesBefore = new Set(
    items.flatMap((item) => (item.chain === undefined ? [] : [placeOf(item, item.chain)])),
  );
  return { before: items, placesBefore, ownPlaces: new Set() };
}

/** Follows what own items lead to, until that leads nowhere new. */
function collect(
  items: readonly StateItem[],
  { placesBefore, ownPlaces }: NodeMemory,
  isNamed: (item: StateItem) => boolean,
): ReadonlySet<StateItem> {
  const own = new Set<StateItem>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const item of items) {
      if (own.has(item)) continue;
      const isHeld = item.chain !== undefined && ownPlaces.has(placeOf(item, item.chain));
      if (!isHeld && !isNamed(item)) continue;
      own.add(item);
      grown = true;
      for (const place of placesLedTo(item)) if (!placesBefore.has(place)) ownPlaces.add(place);
    }
  }
  return own;
}

/** @param names - what the attempt is called in the cluster: its namespace */
export function createOwnItems(names: readonly string[] = []): OwnItems {
  const identities = new Map<string, Identity>(names.map((name) => [name, { kind: "name", name }]));
  const addresses = new Set<string>();
  const memories = new Map<string, NodeMemory>();
  const isNamed = (item: StateItem): boolean =>
    identities.values().some((identity) => namesIdentity(item, identity, addresses));
  return {
    wrote(object) {
      for (const identity of identitiesOf(object)) {
        identities.set(identityKey(identity), identity);
        if (identity.kind === "address") addresses.add(identity.address);
      }
    },
    of(node, items) {
      const known = memories.get(node);
      if (known === undefined) {
        memories.set(node, memoryOf(items));
        return [];
      }
      const come = subtractItems(items, known.before);
      const own = collect(come, known, isNamed);
      return come.filter((item) => own.has(item));
    },
  };
}
