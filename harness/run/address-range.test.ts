import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rangeOfCidr, subnetOf, textOfAddress } from "./address-range.ts";

describe("rangeOfCidr", () => {
  it("reads both families and ignores host bits", () => {
    expect(rangeOfCidr("10.244.7.9/16")).toEqual({ family: 4, first: 0x0af40000n, size: 65_536n });
    expect(rangeOfCidr("fd00::5/112")).toEqual({ family: 6, first: 0xfd00n << 112n, size: 65_536n });
    expect(rangeOfCidr("::/0").size).toBe(1n << 128n);
  });

  it.each(["", "10.0.0.0", "10.0.0.0/33", "fd00::/129", "10.0.0/8", "a/8", "10.0.0.0/-1"])(
    "refuses %j",
    (text) => {
      expect(() => rangeOfCidr(text)).toThrow("[run/internal]");
    },
  );
});

describe("textOfAddress", () => {
  it("is what rangeOfCidr reads back, for every address", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }), (address) => {
        expect(rangeOfCidr(`${textOfAddress(4, address)}/32`).first).toBe(address);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (address) => {
        expect(rangeOfCidr(`${textOfAddress(6, address)}/128`).first).toBe(address);
      }),
    );
  });

  it("compresses v6 as the kernel does", () => {
    expect(textOfAddress(6, rangeOfCidr("FD00:010:244:0:0:0:0:5/128").first)).toBe("fd00:10:244::5");
    expect(textOfAddress(6, 0n)).toBe("::");
  });
});

describe("subnetOf", () => {
  it("counts from 0", () => {
    const slice = subnetOf(rangeOfCidr("10.244.0.0/16"), 24, 3);
    expect([textOfAddress(4, slice.first), slice.size]).toEqual(["10.244.3.0", 256n]);
  });

  it("refuses what lies outside", () => {
    expect(() => subnetOf(rangeOfCidr("10.244.0.0/16"), 24, 256)).toThrow("[cluster/exhausted]");
  });
});
