import type { Recording } from "../../model/recording.ts";
import type { StateItem, Token } from "../../model/state.ts";
import { engineItems } from "../engine-items.ts";
import { addressesNamedBefore, ledgerOf } from "../ledger.ts";
import { isKept } from "../residue.ts";
import { beginOf, type SnapshotView } from "../timeline.ts";
import { addressesInText } from "./address-in-text.ts";
import { goneBy, judgedLooks, retiredAddresses } from "./looks.ts";
import { firstOfEachFamily, type Plant, plantIn } from "./plant.ts";

interface Candidate {
  readonly item: StateItem;
  readonly view: SnapshotView;
}

function* retiredItems(recording: Recording): Generator<Candidate> {
  for (const looks of judgedLooks(recording)) {
    for (const view of looks) {
      const retired = retiredAddresses(recording, view);
      if (retired.size === 0) continue;
      for (const item of goneBy(recording, looks, view))
        if (addressesInText(item).some((address) => retired.has(address))) yield { item, view };
    }
  }
}

/** What the engine took away when its object went is still there. */
export function retiredPlants(recording: Recording): readonly Plant[] {
  return firstOfEachFamily(retiredItems(recording)).map(({ item, view }) =>
    plantIn(recording, {
      oracle: "retired-identity",
      act: "stays behind its object",
      item,
      view,
      items: [...view.items, item],
    }),
  );
}

function* removedItems(recording: Recording): Generator<Candidate> {
  const keeps = beginOf(recording)?.engineProfile.keeps ?? [];
  for (const looks of judgedLooks(recording)) {
    const view = looks.find(({ moment }) => moment === "emptied");
    if (view === undefined) continue;
    for (const item of goneBy(recording, looks, view)) if (!isKept(keeps, item)) yield { item, view };
  }
}

/** What the engine does not declare to keep is there when all objects are gone. */
export function residuePlants(recording: Recording): readonly Plant[] {
  return firstOfEachFamily(removedItems(recording)).map(({ item, view }) =>
    plantIn(recording, {
      oracle: "residue",
      act: "stays when all objects are gone",
      item,
      view,
      items: [...view.items, item],
    }),
  );
}

function* engineRules(recording: Recording): Generator<Candidate> {
  for (const view of judgedLooks(recording).flat())
    for (const item of engineItems(recording, view))
      if (item.kind === "rule" && item.family !== "rule") yield { item, view };
}

/** A rule of the engine stands twice. */
export function duplicatePlants(recording: Recording): readonly Plant[] {
  return firstOfEachFamily(engineRules(recording)).map(({ item, view }) =>
    plantIn(recording, {
      oracle: "duplicates",
      act: "stands twice",
      item,
      view,
      items: [...view.items, item],
    }),
  );
}

/** Addresses for measurements (RFC 2544, RFC 5180): nobody has them, not even decoys. */
const strangers = { 4: "198.18.113.7", 6: "2001:2:0:113::7" } as const;

/** The item with another address in the place of one; what its tokens do not have is not put there. */
function estranged(item: StateItem, address: string): StateItem {
  const stranger = strangers[address.includes(":") ? 6 : 4];
  const tokens = item.tokens.map((token): Token => {
    if (token.kind !== "addresses" || token.first !== address || token.last !== address) return token;
    return { ...token, first: stranger, last: stranger };
  });
  return { ...item, text: item.text.replaceAll(address, stranger), tokens };
}

function* strangeItems(recording: Recording): Generator<Candidate> {
  const ledger = ledgerOf(recording);
  for (const view of judgedLooks(recording).flat()) {
    const named = addressesNamedBefore(ledger, view.index);
    for (const item of engineItems(recording, view)) {
      // Links carry no rule, and the oracle leaves them out.
      const address =
        item.family === "link" ? undefined : addressesInText(item).find((one) => named.has(one));
      if (address !== undefined) yield { item: estranged(item, address), view };
    }
  }
}

/** An item of the engine's kind names an address that nobody has. */
export function unknownPlants(recording: Recording): readonly Plant[] {
  return firstOfEachFamily(strangeItems(recording)).map(({ item, view }) =>
    plantIn(recording, {
      oracle: "unknown-identity",
      act: "names an address of nobody",
      item,
      view,
      items: [...view.items, item],
    }),
  );
}
