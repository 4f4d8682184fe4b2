import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { median, ratiosOf, spreadOf } from "./statistics.ts";

// Without the zero below zero, which is the same number and another value.
const finite = fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => value + 0);
const some = fc.array(finite, { minLength: 1, maxLength: 30 });

describe("median", () => {
  it.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[1, 10, 2, 4], 3],
    [[100, 9, 20], 20],
  ])("of %j is %d", (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it("has as many values below as above, in whatever order they come", () => {
    fc.assert(
      fc.property(some, (values) => {
        const middle = median(values);
        const half = values.length / 2;
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(half);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(half);
        expect(median(values.toReversed())).toBe(middle);
      }),
    );
  });

  it("rejects no values, rather than giving a number", () => {
    expect(() => median([])).toThrow(RangeError);
    expect(() => spreadOf([])).toThrow(RangeError);
  });
});

describe("spreadOf", () => {
  it("gives least, median, most and the count", () => {
    expect(spreadOf([4, 1, 7])).toEqual({ least: 1, median: 4, most: 7, count: 3 });
  });
});

describe("ratiosOf", () => {
  it("divides each value by the base beside it, not by another", () => {
    expect(ratiosOf([10, 40], [5, 10])).toEqual([2, 4]);
  });

  it("always gives back what it was made of", () => {
    const pair = fc.tuple(
      fc.double({ min: 0.1, max: 50, noNaN: true }),
      fc.double({ min: 0.1, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const values = pairs.map(([ratio, base]) => ratio * base);
        const ratios = ratiosOf(
          values,
          pairs.map(([, base]) => base),
        );
        for (const [index, [ratio]] of pairs.entries()) expect(ratios[index]).toBeCloseTo(ratio, 6);
      }),
    );
  });

  it.each([
    [[1, 2], [1]],
    [[1], [0]],
    [[1], [-1]],
    [[1], [Number.NaN]],
  ])("rejects %j to %j", (values, bases) => {
    expect(() => ratiosOf(values, bases)).toThrow(RangeError);
  });
});
