import { HarnessError } from "../errors/harness-error.ts";
import type { AddressToken } from "../model/state.ts";

/** An address as a number, so that intervals can be compared. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

const bits = { 4: 32, 6: 128 } as const;
const byte = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const v4 = new RegExp(`^${byte}\\.${byte}\\.${byte}\\.${byte}$`);
const v6Group = /^[0-9a-f]{1,4}$/i;

function readV4(text: string): bigint | undefined {
  const match = v4.exec(text);
  if (match === null) return undefined;
  let value = 0;
  for (let index = 1; index <= 4; index++) value = value * 256 + Number(match[index]);
  return BigInt(value);
}

/** One side of `::`: its 16-bit groups; a dotted quad at the end counts as two. */
function readGroups(text: string): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (v6Group.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const quad = index === parts.length - 1 ? readV4(part) : undefined;
    if (quad === undefined) return undefined;
    groups.push(Number(quad >> 16n), Number(quad & 0xffffn));
  }
  return groups;
}

function readV6(text: string): bigint | undefined {
  const sides = text.split("::");
  const [head, tail] = sides;
  if (head === undefined || sides.length > 2 || (tail !== undefined && head.includes("."))) return undefined;
  const left = readGroups(head);
  const right = tail === undefined ? [] : readGroups(tail);
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array.from({ length: missing }, () => 0), ...right];
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

/** `parseAddress` for text that may well be something else: undefined where it is no address. */
export function readAddress(text: string): Address | undefined {
  if (!text.includes(":")) {
    const value = readV4(text);
    return value === undefined ? undefined : { family: 4, value };
  }
  const zone = text.indexOf("%");
  const value = readV6(zone === -1 ? text : text.slice(0, zone));
  return value === undefined ? undefined : { family: 6, value };
}

/** The same few addresses stand in item after item: a text is read once, until there are very many. */
const parsed = new Map<string, Address>();
const maxParsed = 50_000;

/**
 * An address in any spelling: v6 compressed or not, upper case, with a dotted quad, with a zone id
 * (which is dropped: it names an interface, not an address).
 *
 * @throws {HarnessError} `state/unreadable` where it is none; a v4 part with a leading zero is none,
 *   since tools disagree on whether it is octal
 */
export function parseAddress(text: string): Address {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const address = readAddress(text);
  if (address === undefined) throw new HarnessError("state/unreadable", `not an address: "${text}".`);
  if (parsed.size >= maxParsed) parsed.clear();
  parsed.set(text, address);
  return address;
}

function renderV4(value: bigint): string {
  const number = Number(value);
  return [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255].join(".");
}

/** Where the longest run of at least two zero groups begins, and its length. */
function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: -1, length: 1 };
  let start = -1;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = -1;
    else if (start === -1) start = index;
    if (start !== -1 && index - start + 1 > best.length) best = { start, length: index - start + 1 };
  }
  return best;
}

function renderV6(value: bigint): string {
  if (value >> 32n === 0xffffn) return `::ffff:${renderV4(value & 0xffffffffn)}`;
  const groups = Array.from({ length: 8 }, (_, index) =>
    Number((value >> BigInt(112 - 16 * index)) & 0xffffn),
  );
  const run = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (run.start === -1) return hex.join(":");
  return `${hex.slice(0, run.start).join(":")}::${hex.slice(run.start + run.length).join(":")}`;
}

/** The one spelling of an address (RFC 5952), as the kernel's tools print it. */
export function renderAddress(address: Address): string {
  return address.family === 4 ? renderV4(address.value) : renderV6(address.value);
}

function interval(family: 4 | 6, first: bigint, last: bigint): AddressToken {
  const text = renderAddress({ family, value: first });
  return {
    kind: "addresses",
    family,
    first: text,
    last: first === last ? text : renderAddress({ family, value: last }),
  };
}

/** The network of `length` bits that `address` is in; host bits do not count. Undefined for a length out of range. */
export function readPrefix(address: string, length: number): AddressToken | undefined {
  const base = readAddress(address);
  if (base === undefined || !Number.isInteger(length) || length < 0 || length > bits[base.family])
    return undefined;
  const host = (1n << BigInt(bits[base.family] - length)) - 1n;
  const first = base.value & ~host;
  return interval(base.family, first, first | host);
}

/** Length of a mask written as an address (`255.255.0.0`); undefined for one with holes. */
function maskLength(mask: Address): number | undefined {
  const total = BigInt(bits[mask.family]);
  const inverted = ((1n << total) - 1n) ^ mask.value;
  if ((inverted & (inverted + 1n)) !== 0n) return undefined;
  return bits[mask.family] - (inverted === 0n ? 0 : inverted.toString(2).length);
}

function readMasked(base: string, mask: string): AddressToken | undefined {
  if (/^\d{1,3}$/.test(mask)) return readPrefix(base, Number(mask));
  const address = readAddress(mask);
  const length = address === undefined ? undefined : maskLength(address);
  return length === undefined || address?.family !== readAddress(base)?.family
    ? undefined
    : readPrefix(base, length);
}

/** `parseNetwork` for text that may well be something else: undefined where it is no network. */
export function readNetwork(text: string): AddressToken | undefined {
  const slash = text.indexOf("/");
  if (slash !== -1) return readMasked(text.slice(0, slash), text.slice(slash + 1));
  const dash = text.indexOf("-");
  const first = readAddress(dash === -1 ? text : text.slice(0, dash));
  const last = dash === -1 ? first : readAddress(text.slice(dash + 1));
  if (first === undefined || last === undefined || first.family !== last.family) return undefined;
  return first.value > last.value ? undefined : interval(first.family, first.value, last.value);
}

/**
 * The addresses that a text stands for: one address, a CIDR (host bits do not count, the mask may be
 * dotted), or `first-last`.
 *
 * @throws {HarnessError} `state/unreadable` where it stands for none
 */
export function parseNetwork(text: string): AddressToken {
  const network = readNetwork(text);
  if (network === undefined)
    throw new HarnessError("state/unreadable", `not an address, CIDR or range: "${text}".`);
  return network;
}

/** Whether every address of `inner` is one of `outer`. */
export function isInside(inner: AddressToken, outer: AddressToken): boolean {
  return (
    inner.family === outer.family &&
    parseAddress(outer.first).value <= parseAddress(inner.first).value &&
    parseAddress(inner.last).value <= parseAddress(outer.last).value
  );
}

/** Whether the two have an address in common. */
export function isOverlapping(one: AddressToken, other: AddressToken): boolean {
  return (
    one.family === other.family &&
    parseAddress(one.first).value <= parseAddress(other.last).value &&
    parseAddress(other.first).value <= parseAddress(one.last).value
  );
}

/** Whether it is a single address. */
export function isSingle(token: AddressToken): boolean {
  return token.first === token.last;
}

/** Whether it is every address of its family, and so names none. */
export function isEverything(token: AddressToken): boolean {
  return prefixLength(token) === 0;
}

/** Length of the prefix that the interval is; undefined where it is none. */
function prefixLength(token: AddressToken): number | undefined {
  const first = parseAddress(token.first).value;
  const size = parseAddress(token.last).value - first + 1n;
  const isAligned = (size & (size - 1n)) === 0n && first % size === 0n;
  return isAligned ? bits[token.family] - (size.toString(2).length - 1) : undefined;
}

/** For people: the address alone, a CIDR where the interval is one, else `first-last`. */
export function renderInterval(token: AddressToken): string {
  if (isSingle(token)) return token.first;
  const length = prefixLength(token);
  return length === undefined ? `${token.first}-${token.last}` : `${token.first}/${length}`;
}
