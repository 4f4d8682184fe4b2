import { eventsOf, type EventOf, type Recording } from "../../harness/model/recording.ts";
import { itemKey, renderItem, type StateItem } from "../../harness/model/state.ts";
import type { Finding } from "../../harness/model/verdict.ts";
import { comparableText } from "../../harness/oracle/comparable.ts";
import { Dictionary } from "./dictionary.ts";
import type { Beside, ComparedLine } from "./model/page-data.ts";
import { diffSequences } from "./model/sequence.ts";

type Look = EventOf<"snapshot">;

/** Lines that are alike and shown around each that is not. */
const context = 2;
const lineLimit = 40;

/** Names of nodes of two attempts of one world stand in the same order. */
function sameNode(recording: Recording, reference: Recording, node: string): string | undefined {
  const index = eventsOf(recording, "begin")[0]?.nodes.findIndex(({ name }) => name === node) ?? -1;
  return eventsOf(reference, "begin")[0]?.nodes[index]?.name;
}

interface Side {
  readonly title: string;
  readonly items: readonly StateItem[];
  readonly comparable: (text: string) => string;
}

function sideOf(recording: Recording, look: Look | undefined, title: string): Side | undefined {
  const items = look && recording.snapshots[look.digest];
  return items && { title, items, comparable: comparableText(recording) };
}

/** The same step of the attempt without a fault, or what the node held one look earlier. */
function otherSide(recording: Recording, here: Look, reference: Recording | undefined): Side | undefined {
  const node = reference && sameNode(recording, reference, here.node);
  if (reference !== undefined && node !== undefined) {
    const look = eventsOf(reference, "snapshot").findLast(
      (event) => event.node === node && event.step === here.step && event.moment === here.moment,
    );
    if (look) return sideOf(reference, look, "the same step, without a fault");
  }
  const own = eventsOf(recording, "snapshot").filter(({ node: other }) => other === here.node);
  const before = own[own.findIndex((event) => event === here) - 1];
  const name = before?.moment === "step" ? `the end of step ${before.step}` : "one look earlier";
  return sideOf(recording, before, name);
}

/** Only what differs, the item itself, and a few lines around. */
function excerpt(lines: readonly ComparedLine[]): Pick<Beside, "lines" | "hidden"> {
  const isNear = (index: number): boolean =>
    lines
      .slice(Math.max(0, index - context), index + context + 1)
      .some(({ op, isItem }) => op !== " " || isItem);
  const near = lines.filter((_, index) => isNear(index));
  // Of too many lines those about the item are kept.
  const first =
    near.length <= lineLimit ? 0 : Math.max(0, near.findIndex(({ isItem }) => isItem) - lineLimit / 2);
  const shown = near.slice(first, first + lineLimit);
  return { lines: shown, hidden: lines.length - shown.length };
}

/**
 * The chain or table of a finding's item, beside the same one of the attempt without a fault; where there is no
 * such attempt, beside what the node held one look earlier. Names of nodes do not count. Pure.
 *
 * @param digest - of the snapshot that shows the finding
 * @returns undefined for a finding without an item, or where nothing is there to compare with
 */
export function besideOf(
  recording: Recording,
  { item, node, step }: Pick<Finding, "item" | "node" | "step">,
  digest: string | undefined,
  reference?: Recording,
): Beside | undefined {
  if (item === undefined || node === undefined) return undefined;
  const own = eventsOf(recording, "snapshot").filter((event) => event.node === node);
  const look =
    own.findLast((event) => event.digest === digest && event.step === step) ??
    own.findLast((event) => event.digest === digest) ??
    own.findLast((event) => event.step === step);
  const here = sideOf(recording, look, `this attempt, step ${step}`);
  const there = look && otherSide(recording, look, reference);
  if (here === undefined || there === undefined) return undefined;
  const isThere = (one: StateItem): boolean =>
    one.family === item.family && one.table === item.table && one.chain === item.chain;
  const keys = new Dictionary<string>((key) => key);
  const number = (side: Side): readonly number[] =>
    side.items.filter(isThere).map((one) => keys.add(side.comparable(itemKey(one))));
  const texts = new Map<number, string>();
  for (const side of [there, here])
    for (const one of side.items.filter(isThere))
      texts.set(keys.add(side.comparable(itemKey(one))), one.text);
  const wanted = keys.add(here.comparable(itemKey(item)));
  const lines = diffSequences(number(there), number(here)).map(
    ({ op, id }): ComparedLine => ({
      op,
      text: texts.get(id) ?? "",
      ...(id === wanted ? { isItem: true } : {}),
    }),
  );
  const place = renderItem({ ...item, text: item.chain ?? "" }).trim();
  return { place, here: here.title, there: there.title, ...excerpt(lines) };
}
