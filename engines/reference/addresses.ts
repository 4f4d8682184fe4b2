import { isIP, isIPv4, isIPv6 } from "node:net";

export type AddressFamily = 4 | 6;

/** An address as the kernel's own tools print it; undefined where it is none. */
export function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes("%")) return undefined;
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

export function familyOf(addressOrCidr: string): AddressFamily {
  return addressOrCidr.includes(":") ? 6 : 4;
}

/**
 * A network as the kernel's own tools print it, host bits cleared: what is written must read back equal,
 * or every comparison says "changed". Undefined where it is none, and for /0, which exempts everything.
 */
export function canonicalCidr(text: string): string | undefined {
  const [address = "", length = "", ...rest] = text.trim().split("/");
  const family = isIP(address);
  const bits = family === 4 ? 32 : 128;
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : 0;
  if (family === 0 || rest.length > 0 || prefix < 1 || prefix > bits) return undefined;
  const hostBits = BigInt(bits - prefix);
  const network = (numberOf(address, family) >> hostBits) << hostBits;
  return `${textOf(network, family)}/${prefix}`;
}

function numberOf(address: string, family: number): bigint {
  if (family === 4) return address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  return groupsOf(address).reduce((sum, group) => sum * 65536n + BigInt(group), 0n);
}

/** The eight 16-bit groups of a v6 address. */
function groupsOf(address: string): readonly number[] {
  const [head = "", tail] = (canonicalAddress(address) ?? "::").split("::");
  const parse = (part: string) =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return parse(head);
  const missing = 8 - parse(head).length - parse(tail).length;
  return [...parse(head), ...Array.from({ length: missing }, () => 0), ...parse(tail)];
}

function textOf(value: bigint, family: number): string {
  const size = family === 4 ? 8n : 16n;
  const count = family === 4 ? 4 : 8;
  const parts = Array.from({ length: count }, (_, index) => {
    const shift = size * BigInt(count - 1 - index);
    return (value >> shift) & ((1n << size) - 1n);
  });
  if (family === 4) return parts.join(".");
  return canonicalAddress(parts.map((part) => part.toString(16)).join(":")) ?? "::";
}
