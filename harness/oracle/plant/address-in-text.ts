import type { StateItem } from "../../model/state.ts";
import { withoutComment } from "../duplicates.ts";

/** One address, alone or with the mask of a host; a port may follow. */
const pattern =
  /(?<![\w.:-])(?<v4>(?:\d{1,3}\.){3}\d{1,3})(?:\/32)?(?![\w./-])|(?<![\w.:-])(?<v6>[0-9a-f]*:[0-9a-f:]*:[0-9a-f]*)(?:\/128)?(?![\w.:/-])/g;

/**
 * Single addresses that stand in the text of an item, comments left out. Read from the text and not from the tokens on
 * purpose: what a parser does not decode, no oracle sees, and that is to be noticed.
 */
export function addressesInText({ text }: StateItem): readonly string[] {
  return [...withoutComment(text).matchAll(pattern)].flatMap(
    ({ groups }) => groups?.["v4"] ?? groups?.["v6"] ?? [],
  );
}
