import { isIP } from "node:net";
import { HarnessError } from "../errors/harness-error.ts";

/** Addresses in a row, as numbers. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly size: bigint;
}

/** Bits and text form of a family. */
const groups = {
  4: { count: 4, bits: 8n, separator: ".", radix: 10 },
  6: { count: 8, bits: 16n, separator: ":", radix: 16 },
} as const;

/** The canonical spelling of a v6 address (RFC 5952): compressed, lower case. */
function canonical6(text: string): string {
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

/** All eight groups of a v6 address; `::` is filled with zeros. */
function expand6(text: string): readonly string[] {
  const [head = "", tail] = canonical6(text).split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: groups[6].count - left.length - right.length }, () => "0");
  return [...left, ...zeros, ...right];
}

/** An address as a number. */
function numberOf(family: 4 | 6, text: string): bigint {
  const { bits, radix } = groups[family];
  const parts = family === 4 ? text.split(".") : expand6(text);
  return parts.reduce((sum, part) => (sum << bits) | BigInt(Number.parseInt(part, radix)), 0n);
}

/**
 * The addresses of a network.
 *
 * @param cidr - `10.244.0.0/16` or `fd00:10:244::/48`; bits beyond the prefix are ignored
 * @throws {HarnessError} `run/internal` where the text is no network
 */
export function rangeOfCidr(cidr: string): AddressRange {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(cidr);
  const family = isIP(match?.[1] ?? "");
  const width = family === 4 ? 32 : 128;
  const prefix = Number(match?.[2]);
  if (match?.[1] === undefined || (family !== 4 && family !== 6) || prefix > width) {
    throw new HarnessError("run/internal", `"${cidr}" is no network; wanted a form like 10.244.0.0/16`);
  }
  const size = 1n << BigInt(width - prefix);
  return { family, first: (numberOf(family, match[1]) / size) * size, size };
}

/**
 * The subnet of `range` with the given prefix length and index, counted from 0.
 *
 * @throws {HarnessError} `cluster/exhausted` where `range` has no such subnet
 */
export function subnetOf(range: AddressRange, prefix: number, index: number): AddressRange {
  const size = 1n << BigInt((range.family === 4 ? 32 : 128) - prefix);
  const offset = size * BigInt(index);
  if (offset + size > range.size) {
    const network = textOfAddress(range.family, range.first);
    throw new HarnessError("cluster/exhausted", `network ${network} has no /${prefix} number ${index}`);
  }
  return { family: range.family, first: range.first + offset, size };
}

/** The canonical spelling of an address: what the kernel's own tools print. */
export function textOfAddress(family: 4 | 6, address: bigint): string {
  const { count, bits, separator, radix } = groups[family];
  const mask = (1n << bits) - 1n;
  const parts = Array.from({ length: count }, (_, index) =>
    ((address >> (bits * BigInt(count - 1 - index))) & mask).toString(radix),
  );
  const text = parts.join(separator);
  return family === 4 ? text : canonical6(text);
}
