import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderAddress } from "../state/address.ts";
import { knownAddresses } from "./known-addresses.ts";
import { addresses } from "./testing.ts";

const named = ["10.244.0.0/16", "10.96.0.0/12", "10.0.0.5", "10.0.0.6", "fd00::/64"].map(addresses);
const isKnown = knownAddresses(named);

describe("known addresses", () => {
  it.each([
    ["an equal network", "10.244.0.0/16"],
    ["a union of neighbours", "10.0.0.5-10.0.0.6"],
    ["what lies below", "0.0.0.0-10.0.0.4"],
    ["what lies between", "10.112.0.0-10.243.255.255"],
    ["what lies above", "10.245.0.0-255.255.255.255"],
    ["everything outside of a v6 network", "fd00:0:0:1::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["a part of loopback", "127.0.0.53"],
  ])("knows %s", (_, text) => expect(isKnown(addresses(text))).toBe(true));

  it.each([
    ["a part of a network", "10.244.1.0/24"],
    ["a network and what is between", "10.96.0.0-10.244.255.255"],
    ["a wider mask", "10.244.0.0/15"],
    ["another address", "10.0.0.7"],
    ["an address with a gap on both sides", "10.0.0.4"],
    ["another network", "fd01::/64"],
  ])("does not know %s", (_, text) => expect(isKnown(addresses(text))).toBe(false));

  it("never takes the only address between two known ones for a gap", () => {
    expect(knownAddresses(["10.0.0.5", "10.0.0.7"].map(addresses))(addresses("10.0.0.6"))).toBe(false);
  });

  it("always knows every named address, and never one that is far from all of them", () => {
    const value = fc.bigInt({ min: 0x0b000000n, max: 0x7effffffn });
    fc.assert(
      fc.property(fc.uniqueArray(value, { minLength: 1, maxLength: 8 }), value, (values, other) => {
        const texts = values.map((one) => renderAddress({ family: 4, value: one }));
        const knows = knownAddresses(texts.map(addresses));
        expect(texts.every((text) => knows(addresses(text)))).toBe(true);
        expect(knows(addresses(renderAddress({ family: 4, value: other })))).toBe(values.includes(other));
      }),
    );
  });
});
