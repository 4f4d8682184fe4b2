import { createHash } from "node:crypto";
import type { StateParts } from "../model/fault.ts";
import type { Recording } from "../model/recording.ts";
import type { HashedName } from "../model/engine.ts";
import { itemKey, type StateItem } from "../model/state.ts";
import { engineItems } from "./engine-items.ts";
import { beginOf, type SnapshotView } from "./timeline.ts";

/** UIDs, and names that are hashes of what differs between clusters: `KUBE-SEP-BM5OKH3VXAYSRW7I`, `endpoint-2CRNCTTE-ns/name`. */
const volatile: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uid>"],
  [/(?<=-)[A-Z2-7]{16}\b/g, "<hash>"],
  [/(?<=\b(?:service|endpoint|external|firewall|affinity|no-endpoints?)-)[A-Z2-7]{8}(?=-)/g, "<hash>"],
];

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** A name where it stands for itself: an address is no part of a longer one, and a port may follow its address. */
function patternOf(name: string): string {
  if (/^\d+$/.test(name)) return `(?<![a-zA-Z0-9.-])${name}(?![a-zA-Z0-9.:])`;
  const after = name.includes(":") ? "[a-zA-Z0-9.:]" : "[a-zA-Z0-9.]";
  return `(?<![a-zA-Z0-9.:-])${escapeText(name)}(?!${after})`;
}

/** Chains whose names are hashes that change with every process or change -> what their rules' comments say they are. */
function namesByComment(
  hashed: readonly HashedName[],
  items: readonly StateItem[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { name, comment } of hashed) {
    const [isName, isComment] = [new RegExp(name), new RegExp(comment)];
    for (const { chain = "", text } of items) {
      const own = isName.exec(`${chain} ${text}`)?.[0];
      const words = isComment.exec(text)?.slice(1);
      if (own === undefined || words === undefined) continue;
      found.set(own, own.replace(/[A-Z2-7]{16}$/, `<${words.toReversed().join("/")}>`));
    }
  }
  return found;
}

/**
 * Makes texts of two attempts of one world comparable: what nodes and their cluster are called goes, what
 * the scenario drew stays.
 *
 * @param items - what stands beside the text: comments in it tell hashed names of the engine apart
 * @returns a function of one text
 */
export function comparableText(
  recording: Recording,
  items: readonly StateItem[] = [],
): (text: string) => string {
  const begin = beginOf(recording);
  const hashed = namesByComment(begin?.engineProfile.hashedNames ?? [], items);
  const aliases = [...Object.entries(begin?.aliases ?? {}), ...hashed].toSorted(
    ([one], [other]) => other.length - one.length,
  );
  if (aliases.length === 0)
    return (text) => volatile.reduce((now, [from, to]) => now.replace(from, to), text);
  const names = new RegExp(aliases.map(([name]) => patternOf(name)).join("|"), "g");
  const known = new Map(aliases);
  return (text) =>
    volatile.reduce(
      (now, [from, to]) => now.replace(from, to),
      text.replace(names, (name) => known.get(name) ?? name),
    );
}

/** IPv4 and IPv6 are written by different threads of an engine; what belongs to one nftables table is written at once. */
function partOf({ family, table = "" }: StateItem): string {
  return family === "nftables" ? `${family} ${table.split(" ")[0]}` : family;
}

function digest(texts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(texts)).digest("hex");
}

/** A state as it is compared between attempts of one world. */
export interface ComparableState {
  /** SHA-256 (hex): equal in two attempts exactly where the engine has made the same of both. Order inside of chains does not count. */
  readonly digest: string;
  /** The same of each part that holds anything. */
  readonly parts: StateParts;
}

/** What the engine has made of a node, names of nodes and clusters and hashes apart: a multiset. */
export function comparableState(recording: Recording, view: SnapshotView): ComparableState {
  const items = engineItems(recording, view);
  const comparable = comparableText(recording, items);
  const texts = items.map((item) => ({ part: partOf(item), text: comparable(itemKey(item)) }));
  const byPart = Map.groupBy(texts, ({ part }) => part);
  const sorted = (of: typeof texts): readonly string[] => of.map(({ text }) => text).toSorted();
  return {
    digest: digest(sorted(texts)),
    parts: Object.fromEntries([...byPart].map(([part, own]) => [part, digest(sorted(own))])),
  };
}
