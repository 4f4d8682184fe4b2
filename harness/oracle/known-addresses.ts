import type { AddressToken } from "../model/state.ts";
import { isEverything, isInside, parseAddress, parseNetwork } from "../state/address.ts";

/** Ranges that mean the same on every machine; any part of them may stand in a rule. */
const wellKnown: readonly AddressToken[] = [
  "127.0.0.0/8",
  "::1",
  "169.254.0.0/16",
  "fe80::/10",
  "224.0.0.0/4",
  "ff00::/8",
].map(parseNetwork);

interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

const familyEnd = { 4: (1n << 32n) - 1n, 6: (1n << 128n) - 1n } as const;

function spanOf(token: AddressToken): Span {
  return { first: parseAddress(token.first).value, last: parseAddress(token.last).value };
}

/** Whether `span` is covered by known spans that begin where it begins, join up, and end where it ends. */
function isUnion(span: Span, known: readonly Span[]): boolean {
  const inside = known.filter(({ first, last }) => first >= span.first && last <= span.last);
  let next = span.first;
  for (const { first, last } of inside.toSorted((left, right) => (left.first < right.first ? -1 : 1))) {
    if (first <= next && last >= next) next = last + 1n;
  }
  return next === span.last + 1n;
}

/** Whether `span` is all that lies between known spans, or between one and the end of the family. One address is no gap. */
function isComplement(span: Span, known: readonly Span[], end: bigint): boolean {
  if (span.first === span.last) return false;
  const beginsAfter = span.first === 0n || known.some(({ last }) => last + 1n === span.first);
  const endsBefore = span.last === end || known.some(({ first }) => first - 1n === span.last);
  return beginsAfter && endsBefore;
}

/** Tells for an interval whether it derives from addresses and networks that somebody named. */
export type IsKnown = (token: AddressToken) => boolean;

/**
 * An interval derives from `named` when it equals one of them, is a union of some that join up, or is
 * what lies between them (nft merges and splits intervals, and writes "not in" as what is left). A
 * part of a named network, or a named address with a wider mask, does not.
 */
export function knownAddresses(named: readonly AddressToken[]): IsKnown {
  const spans = { 4: new Map<string, Span>(), 6: new Map<string, Span>() } as const;
  for (const token of [...named, ...wellKnown]) {
    if (!isEverything(token)) spans[token.family].set(`${token.first}-${token.last}`, spanOf(token));
  }
  return (token) => {
    if (isEverything(token) || spans[token.family].has(`${token.first}-${token.last}`)) return true;
    if (wellKnown.some((range) => isInside(token, range))) return true;
    const known = [...spans[token.family].values()];
    const span = spanOf(token);
    return isUnion(span, known) || isComplement(span, known, familyEnd[token.family]);
  };
}
