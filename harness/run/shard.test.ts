import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseShard } from "./option-values.ts";
import { partOf } from "./shard.ts";

describe("parts of a run", () => {
  it("have every attempt once, share evenly, and do not hang on the order", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string()), fc.integer({ min: 1, max: 9 }), (ids, count) => {
        const parts = Array.from({ length: count }, (_, place) =>
          ids.filter(partOf({ index: place + 1, count }, ids.toReversed())),
        );
        expect(parts.flat().toSorted()).toEqual(ids.toSorted());
        const sizes = parts.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("are everything where nobody asks for one", () => {
    expect(partOf(undefined, [])("x")).toBe(true);
  });

  it.each(["0/3", "4/3", "3", "1/0", "1/101", "a/b", "-1/2", ""])("are not %j", (text) => {
    expect(parseShard(text)).toMatchObject({ code: "args/bad-value" });
  });
});
