import fc from "fast-check";
import { expect, test } from "vitest";
import { base64Length, fitting } from "./size-rule.ts";

test("parts are taken in order; one that is too large is left out, and smaller ones behind it are not", () => {
  expect(fitting([40, 70, 50, 20], 100)).toEqual([true, false, true, false]);
  expect(fitting([101], 100)).toEqual([false]);
  expect(fitting([100], 100)).toEqual([true]);
  expect(fitting([1], -5)).toEqual([false]);
});

test("what is taken never needs more than there is room", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000)), fc.nat(5000), (sizes, room) => {
      const taken = fitting(sizes, room);
      const sum = sizes.reduce((total, size, index) => total + (taken[index] ? size : 0), 0);
      expect(sum).toBeLessThanOrEqual(room);
    }),
  );
});

test("base64 is as long as it is said to be", () => {
  for (const bytes of [0, 1, 2, 3, 4, 1000])
    expect(base64Length(bytes)).toBe(Buffer.alloc(bytes).toString("base64").length);
});
