import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderAddress } from "../state/address.ts";
import { namesIdentity } from "./item-names.ts";
import { addresses, port, rule } from "./testing.ts";

const nobody: ReadonlySet<string> = new Set();
const text = (value: bigint): string => renderAddress({ family: 4, value });

describe("what an item names", () => {
  it("is never one address of a wider network, unless it is a list of known ones", () => {
    const value = fc.bigInt({ min: 1n << 24n, max: (1n << 32n) - 512n });
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 300 }), fc.nat(), (first, more, pick) => {
        const range = addresses(`${text(first)}-${text(first + BigInt(more))}`);
        const item = { ...rule("nat", "X", ""), tokens: [range] };
        const address = text(first + BigInt(pick % (more + 1)));
        const all = new Set(Array.from({ length: more + 1 }, (_, offset) => text(first + BigInt(offset))));
        expect(namesIdentity(item, { kind: "address", address }, nobody)).toBe(false);
        expect(namesIdentity(item, { kind: "address", address }, new Set([address]))).toBe(false);
        expect(namesIdentity(item, { kind: "address", address }, all)).toBe(more < 32);
      }),
    );
  });

  it("is a port of an address only with both, on the right side and of the right protocol", () => {
    const pair = {
      kind: "port-pair",
      side: "service",
      address: "10.96.0.5",
      protocol: "tcp",
      port: 80,
    } as const;
    const naming = (...tokens: Parameters<typeof rule>[3] & object): boolean =>
      namesIdentity(rule("nat", "X", "", tokens), pair, nobody);
    expect(naming(addresses("10.96.0.5"), port(80))).toBe(true);
    expect(naming(addresses("10.96.0.5"), port(80, "destination", "udp"))).toBe(false);
    expect(naming(addresses("10.96.0.5"), port(80, "target"))).toBe(false);
    expect(naming(addresses("10.96.0.5"), port(81))).toBe(false);
    expect(naming(addresses("10.96.0.6"), port(80))).toBe(false);
    const backend = { ...pair, side: "backend" } as const;
    expect(
      namesIdentity(rule("nat", "X", "", [addresses("10.96.0.5"), port(80, "target")]), backend, nobody),
    ).toBe(true);
  });

  it("is a name only as a word of its own", () => {
    const naming = (name: string): boolean =>
      namesIdentity(rule("nat", "X", "", [{ kind: "name", name }]), { kind: "name", name: "lp-web" }, nobody);
    expect(["lp-web", "ns/lp-web:http", "lp-web-2 lp-web"].map(naming)).toEqual([true, true, true]);
    expect(["lp-web-2", "my-lp-web", "lp-webs", "web"].map(naming)).toEqual([false, false, false, false]);
  });
});
