import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readNetwork } from "../../harness/state/address.ts";
import { canonicalAddress, canonicalCidr, familyOf } from "./addresses.ts";

describe("canonicalAddress", () => {
  test.each([
    ["10.244.0.5", "10.244.0.5"],
    ["FD00:0:0:0:0:0:0:1", "fd00::1"],
    ["::", "::"],
    ["10.244.0.256", undefined],
    ["10.244.0.05", undefined],
    ["fe80::1%eth0", undefined],
    ["10.244.0.5/32", undefined],
    ["", undefined],
  ])("%s is %s", (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });
});

describe("canonicalCidr", () => {
  test.each([
    ["10.244.0.0/16", "10.244.0.0/16"],
    ["10.244.7.9/16", "10.244.0.0/16"],
    ["10.0.0.1/32", "10.0.0.1/32"],
    ["fd00:10:244:0:1::/48", "fd00:10:244::/48"],
    ["FD00::1/128", "fd00::1/128"],
    ["10.244.0.0", undefined],
    ["10.244.0.0/33", undefined],
    ["10.244.0.0/0", undefined],
    ["10.244.0.0/16/8", undefined],
    ["10.244.0.0/1x", undefined],
    ["pod/16", undefined],
  ])("%s is %s", (text, canonical) => {
    expect(canonicalCidr(text)).toBe(canonical);
  });

  test("names the same addresses as the text that it came from, and is a fixed point", () => {
    const v4 = fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 }));
    const v6 = fc.tuple(
      fc.ipV6().filter((text) => !text.includes(".")),
      fc.integer({ min: 1, max: 128 }),
    );
    fc.assert(
      fc.property(fc.oneof(v4, v6), ([address, length]) => {
        fc.pre(isIP(address) !== 0);
        const canonical = canonicalCidr(`${address}/${length}`) ?? "";
        expect(readNetwork(canonical)).toEqual(readNetwork(`${address}/${length}`));
        expect(canonicalCidr(canonical)).toBe(canonical);
      }),
    );
  });
});

test("familyOf tells v4 from v6, with or without a mask", () => {
  expect([familyOf("10.0.0.0/8"), familyOf("fd00::1")]).toEqual([4, 6]);
});
