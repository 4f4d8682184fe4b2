import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AddressToken } from "../model/state.ts";
import {
  type Address,
  isEverything,
  isInside,
  isOverlapping,
  isSingle,
  parseAddress,
  parseNetwork,
  readNetwork,
  readPrefix,
  renderAddress,
  renderInterval,
} from "./address.ts";

const groups = fc.array(
  fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 0xffff })),
  {
    minLength: 8,
    maxLength: 8,
  },
);
const v4 = fc.bigInt({ min: 0n, max: 0xffffffffn }).map((value): Address => ({ family: 4, value }));
const v6 = groups.map(
  (parts): Address => ({
    family: 6,
    value: parts.reduce((sum, part) => (sum << 16n) | BigInt(part), 0n),
  }),
);
const address = fc.oneof(v4, v6);

/** Some legal spelling of the groups: which zero run is compressed, padding, case, dotted end and zone are drawn. */
const spelling = fc
  .record({
    groups,
    from: fc.nat(7),
    length: fc.nat(8),
    pad: fc.array(fc.nat(4), { minLength: 8, maxLength: 8 }),
    isUpper: fc.boolean(),
    isDotted: fc.boolean(),
    zone: fc.constantFrom("", "%eth0", "%2"),
  })
  .map((drawn) => {
    const words = drawn.groups.map((group, index) => group.toString(16).padStart(drawn.pad[index] ?? 0, "0"));
    const [high = 0, low = 0] = drawn.groups.slice(6);
    const isDotted = drawn.isDotted && drawn.from + drawn.length <= 6;
    const tail = [high >> 8, high & 255, low >> 8, low & 255].join(".");
    const parts = isDotted ? [...words.slice(0, 6), tail] : words;
    const run = drawn.groups.slice(drawn.from, drawn.from + drawn.length);
    const isCompressed = run.length > 0 && run.every((group) => group === 0);
    const text = isCompressed
      ? `${parts.slice(0, drawn.from).join(":")}::${parts.slice(drawn.from + run.length).join(":")}`
      : parts.join(":");
    return { groups: drawn.groups, text: (drawn.isUpper ? text.toUpperCase() : text) + drawn.zone };
  });

const interval = fc
  .tuple(fc.oneof(fc.tuple(v4, v4), fc.tuple(v6, v6)))
  .map(([[one, other]]): AddressToken => {
    const [first, last] = one.value <= other.value ? [one, other] : [other, one];
    return { kind: "addresses", family: one.family, first: renderAddress(first), last: renderAddress(last) };
  });

describe("addresses", () => {
  it("are written in one spelling", () => {
    const spellings = [
      ["FD00:0:0::5", "fd00::5"],
      ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
      ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
      ["::FFFF:0a00:1", "::ffff:10.0.0.1"],
      ["::ffff:10.0.0.1", "::ffff:10.0.0.1"],
      ["fe80::1%eth0", "fe80::1"],
      ["0:0:0:0:0:0:0:0", "::"],
      ["::1", "::1"],
      ["10.0.0.1", "10.0.0.1"],
    ] as const;
    for (const [text, canonical] of spellings) expect(renderAddress(parseAddress(text))).toBe(canonical);
  });

  it.each([
    "",
    "10.0.0",
    "10.0.0.256",
    "10.0.0.01",
    "1.2.3.4.5",
    "10.0.0.1/32",
    ":::",
    "1:2",
    "1::2::3",
    "12345::",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8:9",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "g::1",
    "02:00:00:00:00:01",
  ])("rejects %j", (text) => {
    expect(() => parseAddress(text)).toThrow(/state\/unreadable/);
  });

  it("give the same value however a v6 address is spelled", () => {
    fc.assert(
      fc.property(spelling, ({ groups: parts, text }) => {
        const value = parts.reduce((sum, part) => (sum << 16n) | BigInt(part), 0n);
        expect(parseAddress(text)).toEqual({ family: 6, value });
        expect(parseNetwork(text)).toEqual(parseNetwork(renderAddress({ family: 6, value })));
      }),
    );
  });

  it("survive being written and read", () => {
    fc.assert(
      fc.property(address, (drawn) => {
        expect(parseAddress(renderAddress(drawn))).toEqual(drawn);
      }),
    );
  });
});

describe("networks", () => {
  it("are intervals, whatever the notation", () => {
    const slash16 = { kind: "addresses", family: 4, first: "10.244.0.0", last: "10.244.255.255" };
    for (const text of [
      "10.244.0.0/16",
      "10.244.3.4/16",
      "10.244.0.0/255.255.0.0",
      "10.244.0.0-10.244.255.255",
    ])
      expect(parseNetwork(text)).toEqual(slash16);
    expect(readPrefix("10.244.0.0", 16)).toEqual(slash16);
    expect(parseNetwork("FD00::/64")).toEqual({
      kind: "addresses",
      family: 6,
      first: "fd00::",
      last: "fd00::ffff:ffff:ffff:ffff",
    });
  });

  it.each([
    "10.0.0.9-10.0.0.1",
    "10.0.0.1-fd00::1",
    "10.0.0.0/33",
    "fd00::/129",
    "10.0.0.0/255.0.255.0",
    "10.0.0.0/",
    "a/8",
    "10.0.0.0/ffff::",
    "tcp",
  ])("rejects %j", (text) => {
    expect(readNetwork(text)).toBeUndefined();
    expect(() => parseNetwork(text)).toThrow(/state\/unreadable/);
  });

  it("are written as a CIDR where they are one", () => {
    expect(renderInterval(parseNetwork("10.244.0.0-10.244.255.255"))).toBe("10.244.0.0/16");
    expect(renderInterval(parseNetwork("10.0.0.1-10.0.0.2"))).toBe("10.0.0.1-10.0.0.2");
    expect(renderInterval(parseNetwork("10.0.0.1/32"))).toBe("10.0.0.1");
    expect(renderInterval(parseNetwork("::/0"))).toBe("::/0");
  });

  it("survive being written and read", () => {
    fc.assert(
      fc.property(interval, (drawn) => {
        expect(parseNetwork(renderInterval(drawn))).toEqual(drawn);
      }),
    );
  });

  it("keep a prefix's length", () => {
    fc.assert(
      fc.property(address, fc.nat(128), (drawn, length) => {
        const prefix = readPrefix(renderAddress(drawn), length);
        const bits = drawn.family === 4 ? 32 : 128;
        const suffix = length === bits ? "" : `/${length}`;
        expect(prefix && renderInterval(prefix)).toBe(
          length > bits ? undefined : `${prefix?.first}${suffix}`,
        );
      }),
    );
  });
});

describe("intervals", () => {
  const network = parseNetwork("10.0.0.0/24");

  it("know what is inside of them", () => {
    expect(isInside(parseNetwork("10.0.0.255"), network)).toBe(true);
    expect(isInside(parseNetwork("10.0.1.0"), network)).toBe(false);
    expect(isInside(parseNetwork("10.0.0.0/23"), network)).toBe(false);
    expect(isInside(parseNetwork("::"), network)).toBe(false);
    // As text 10.0.0.9 would come after 10.0.0.10.
    expect(isInside(parseNetwork("10.0.0.9"), parseNetwork("10.0.0.2-10.0.0.10"))).toBe(true);
  });

  it("know what they share", () => {
    expect(isOverlapping(parseNetwork("10.0.0.200-10.0.1.3"), network)).toBe(true);
    expect(isOverlapping(parseNetwork("10.0.1.0-10.0.1.3"), network)).toBe(false);
    expect(isOverlapping(parseNetwork("::/0"), network)).toBe(false);
  });

  it("know single addresses and everything", () => {
    expect([isSingle(network), isSingle(parseNetwork("10.0.0.1"))]).toEqual([false, true]);
    expect([isEverything(network), isEverything(parseNetwork("0.0.0.0/0"))]).toEqual([false, true]);
  });

  it("are inside of themselves, and overlap whatever is inside", () => {
    fc.assert(
      fc.property(interval, interval, (one, other) => {
        expect(isInside(one, one)).toBe(true);
        if (isInside(one, other)) expect(isOverlapping(one, other)).toBe(true);
        expect(isOverlapping(one, other)).toBe(isOverlapping(other, one));
      }),
    );
  });
});
