import type { ItemMatcher } from "../../harness/model/matcher.ts";
import type { Family, StateItem, Token } from "../../harness/model/state.ts";
import { quoteLiteral, quoteRegex, type TextPart } from "./shell-text.ts";

/** Prints the kernel state of a family, a line an item. */
const listings: Readonly<Record<Exclude<Family, `ip${string}tables-${string}`>, string>> = {
  nftables: "nft list ruleset",
  ipset: "ipset save",
  ipvs: "ipvsadm -Sn",
  address: "ip -o addr show",
  link: "ip -o link show",
  route: "ip -N route show table all; ip -N -6 route show table all",
  rule: "ip -N rule show; ip -N -6 rule show",
  neighbour: "ip neigh show nud permanent",
  conntrack: "conntrack -L",
  sysctl: "sysctl -a",
};

function isXtables(family: Family): family is Extract<Family, `ip${string}tables-${string}`> {
  return /^ip6?tables-/.test(family);
}

function savedTable(family: Family, table: string | undefined): string {
  return `saved ${family.startsWith("ip6") ? 6 : 4} ${table ?? "filter"}`;
}

/** What the -save tools print for an item: a chain is a line of its own kind there. */
function savedLine({ kind, text, chain }: StateItem, split: (text: string) => readonly TextPart[]): string {
  if (kind === "rule") return quoteRegex(split(text));
  const policy = kind === "policy" ? text.replace(/^-P \S+ /, "") : "-";
  return quoteRegex(split(`:${chain ?? ""} ${policy}`)).replace(/"$/, ' .*"');
}

/** Words that a line about these tokens has in every tool's spelling. */
function wordsOf(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap((token) => {
    if (token.kind === "addresses") return token.first === token.last ? [token.first] : [];
    return token.kind === "name" || token.kind === "reference" ? [token.name] : [];
  });
}

function linesWith(listing: string, words: readonly string[]): string | undefined {
  if (words.length === 0) return undefined;
  return `{ ${listing}; } 2>/dev/null | lines_with ${words.map(quoteLiteral).join(" ")}`;
}

function routeCheck({ text, table }: StateItem): string | undefined {
  const [, destination] = text.split(" ");
  if (destination === undefined) return undefined;
  const version = destination.includes(":") ? 6 : 4;
  const protocol = /\bproto (\d+)\b/.exec(text)?.[1];
  const show = `ip -N -${version} route show table ${table ?? "254"} exact ${destination} 2>/dev/null`;
  return protocol === undefined ? `${show} | grep .` : `${show} | grep -we "proto ${protocol}"`;
}

/**
 * A command that prints a line for each time that the item is there, by the tools that every node has.
 *
 * @returns undefined where no tool shows it in a form that can be looked for
 */
export function checkOfItem(
  item: StateItem,
  split: (text: string) => readonly TextPart[],
): string | undefined {
  if (isXtables(item.family)) {
    return `${savedTable(item.family, item.table)} | grep -Exe ${savedLine(item, split)}`;
  }
  if (item.family === "route") return routeCheck(item);
  if (item.family === "ipset") {
    const [command = "", name = "", what = ""] = item.text.split(" ");
    return linesWith("ipset save", item.kind === "member" ? [command, name, what] : [command, name]);
  }
  return linesWith(listings[item.family], wordsOf(item.tokens));
}

/** The same for whatever item a matcher describes: by the identities that it names. */
export function checkOfMatcher({ families, table, tokens = [] }: ItemMatcher): string | undefined {
  const [family] = families ?? [];
  if (family === undefined) return undefined;
  const listing = isXtables(family) ? savedTable(family, table) : listings[family];
  return linesWith(listing, wordsOf(tokens));
}
