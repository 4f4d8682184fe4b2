import { z } from "zod";
import type { StateItem } from "../harness/model/state.ts";
import { itemSchema } from "./finding-schema.ts";

/** Items by their JSON: snapshots of one attempt, and of many, hold mostly the same. */
const known = new Map<string, StateItem>();

/** More than this are forgotten, all at once. */
const maxKnown = 100_000;

const head = '[{"family":"';
/** Stands between two items as they are written, and in no string: there its quotes would be escaped. */
const border = '},{"family":"';

function parseItem(json: string): StateItem {
  const found = known.get(json);
  if (found !== undefined) return found;
  // The schema says what StateItem says; only the brands of optional fields differ.
  const item: StateItem = itemSchema.parse(JSON.parse(json));
  if (known.size >= maxKnown) known.clear();
  known.set(json, item);
  return item;
}

/** The JSON of every item. */
function split(list: string): readonly string[] {
  const pieces: string[] = [];
  let from = 1;
  for (let at = list.indexOf(border); at >= 0; at = list.indexOf(border, from)) {
    pieces.push(list.slice(from, at + 1));
    from = at + 2;
  }
  return [...pieces, list.slice(from, -1)];
}

/**
 * Reads the text of a snapshot. Equal items are one object, so that what is worked out of an item is worked out once.
 *
 * @throws {SyntaxError | z.ZodError} where it is none
 */
export function parseSnapshot(text: string): readonly StateItem[] {
  const list = text.trimEnd();
  if (list.startsWith(head) && list.endsWith("}]")) return split(list).map(parseItem);
  return z.array(itemSchema).parse(JSON.parse(list));
}
