import type { AddressToken, Token } from "../model/state.ts";
import { isEverything, readAddress, readNetwork, readPrefix } from "./address.ts";

type PortRole = "source" | "destination" | "target";

const uid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const v4InText = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?![\d.])/g;
const v6InText = /(?<![0-9a-z:.])[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*(?:\/\d{1,3})?/gi;
/** kube-proxy writes v6 addresses into chain names with dots for colons. */
const dottedV6InText = /(?<![0-9a-z.])[0-9a-f]{1,4}(?:\.[0-9a-f]{0,4}){2,7}(?![0-9a-z.])/gi;
/** What every address has: two dots or two colons. */
const hasAddress = /\..*\.|:.*:/;
const separators = /[\s/:=,;|()"'[\]<>{}]+|__|->/;
const base64Word = /^([A-Za-z0-9+/]{6,})={0,2}$/;

function keyOf(token: Token): string {
  switch (token.kind) {
    case "addresses":
      return `a ${token.first} ${token.last}`;
    case "ports":
      return `p ${token.role} ${token.first} ${token.last} ${token.protocol ?? ""}`;
    case "mark":
      return `m ${token.value}`;
    default:
      return `${token.kind} ${token.name}`;
  }
}

/** The same tokens, each once, in order. */
export function unique(tokens: readonly Token[]): readonly Token[] {
  if (tokens.length < 2) return tokens;
  const found = new Map<string, Token>();
  for (const token of tokens) {
    const key = keyOf(token);
    if (!found.has(key)) found.set(key, token);
  }
  return found.size === tokens.length ? tokens : [...found.values()];
}

/** The addresses of a network, CIDR or range; none for any other text, and none for all addresses, which identify nothing. */
export function networkTokens(text: string): readonly Token[] {
  return named(readNetwork(text));
}

/** Like `networkTokens`, of a prefix whose length stands apart. */
export function prefixTokens(address: string, length: number): readonly Token[] {
  return named(readPrefix(address, length));
}

function named(token: AddressToken | undefined): readonly Token[] {
  return token === undefined || isEverything(token) ? [] : [token];
}

/** Ports `first` to `last`. */
export function portToken(first: number, last: number, role: PortRole, protocol?: string): Token {
  return { kind: "ports", first, last, role, ...(protocol === undefined ? {} : { protocol }) };
}

/** Ports of a list as iptables and ipset write it: `80`, `80,443`, `8000:8010`, `80-90`; parts that are no ports are left out. */
export function portTokens(text: string, role: PortRole, protocol?: string): readonly Token[] {
  return text.split(",").flatMap((part) => {
    const match = /^(\d{1,5})(?:[:-](\d{1,5}))?$/.exec(part);
    return match ? [portToken(Number(match[1]), Number(match[2] ?? match[1]), role, protocol)] : [];
  });
}

/** A mark; both numbers as unsigned 32 bits. */
export function markToken(value: number, mask = 0xffffffff): Token {
  return { kind: "mark", value: `0x${(value >>> 0).toString(16)}/0x${(mask >>> 0).toString(16)}` };
}

/** A mark as tools write it: `0x40`, `64`, `0x40/0xff`; none for any other text. */
export function markTokens(text: string): readonly Token[] {
  const match = /^(0x[0-9a-f]+|\d+)(?:\/(0x[0-9a-f]+|\d+))?$/i.exec(text);
  if (!match) return [];
  return [markToken(Number(match[1]), match[2] === undefined ? 0xffffffff : Number(match[2]))];
}

/** An interface. */
export function interfaceToken(name: string): Token {
  return { kind: "interface", name };
}

/** A chain, set or map that is referred to, and what its own name says. */
export function referenceTokens(name: string): readonly Token[] {
  return [
    { kind: "reference", name },
    ...nameTokens(name).filter((token) => token.kind !== "name" || token.name !== name),
  ];
}

function dottedAddresses(text: string): readonly Token[] {
  return [...text.matchAll(dottedV6InText)].flatMap(([match]) =>
    readAddress(match) === undefined && (match.includes("..") || match.split(".").length === 8)
      ? networkTokens(match.replaceAll(".", ":"))
      : [],
  );
}

/** Addresses that stand anywhere in a text. A length counts only at the end of a word: `10.0.0.5/22` in a chain name is a port. */
export function addressTokensIn(text: string): readonly Token[] {
  const found = [...text.matchAll(v4InText), ...text.matchAll(v6InText)].map(([match]) => match);
  return [
    ...found.flatMap((match) => {
      const address = match.split("/", 1)[0] ?? match;
      const isWord = !text.includes("__") && readNetwork(match) !== undefined;
      return networkTokens(isWord ? match : address);
    }),
    ...dottedAddresses(text),
  ];
}

/** The text that a base64 word stands for; undefined for other words. Padding may have been cut off. */
function decoded(word: string): string | undefined {
  const digits = base64Word.exec(word)?.[1];
  if (digits === undefined) return undefined;
  const bytes = Buffer.from(digits, "base64");
  if (bytes.some((code) => code > 0x7e)) return undefined;
  const text = bytes.toString("latin1").trimEnd();
  const isWhole = bytes.toString("base64").replace(/=+$/, "") === digits;
  return isWhole && /^[\x20-\x7e]+$/.test(text) ? text : undefined;
}

/**
 * The names of a comment, chain or object: all of it, its words, the parts of words that are joined by
 * `/`, `:`, `=` and the like, UIDs, base64-decoded words (kube-vip writes `a3ViZS12aXAK=kube-vip-<namespace>`),
 * and the addresses that it spells.
 */
export function nameTokens(text: string): readonly Token[] {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  const names = new Set([trimmed]);
  for (const word of trimmed.split(/\s+/)) names.add(word);
  for (const part of trimmed.split(separators)) if (part !== "") names.add(part);
  for (const name of names) {
    const plain = decoded(name);
    if (plain !== undefined) names.add(plain);
  }
  for (const [found] of trimmed.matchAll(uid)) names.add(found);
  const tokens = Array.from(names, (name): Token => ({ kind: "name", name }));
  return hasAddress.test(trimmed) ? [...tokens, ...unique(addressTokensIn(trimmed))] : tokens;
}
