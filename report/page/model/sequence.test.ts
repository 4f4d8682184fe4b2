import { expect, test } from "vitest";
import fc from "fast-check";
import { applyEdits, diffSequences, editsBetween } from "./sequence.ts";

const sequence = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 40 });

test("edits lead from any sequence to any other", () => {
  fc.assert(
    fc.property(sequence, sequence, (from, to) => {
      expect(applyEdits(from, editsBetween(from, to))).toEqual(to);
    }),
  );
});

test("a difference holds both sides, each in its order", () => {
  fc.assert(
    fc.property(sequence, sequence, (from, to) => {
      const lines = diffSequences(from, to);
      expect(lines.filter(({ op }) => op !== "+").map(({ id }) => id)).toEqual(from);
      expect(lines.filter(({ op }) => op !== "-").map(({ id }) => id)).toEqual(to);
    }),
  );
});

test("what stays is not told as changed", () => {
  expect(editsBetween([1, 2, 3, 4], [1, 2, 3, 4])).toEqual([]);
  expect(editsBetween([1, 2, 3, 4], [1, 9, 3, 4])).toEqual([[1, 1, 9]]);
  expect(diffSequences([1, 2, 3], [1, 3]).map(({ op, id }) => op + id)).toEqual([" 1", "-2", " 3"]);
});

test("equal rules are counted: the second one of two that goes is seen", () => {
  expect(editsBetween([7, 7], [7])).toEqual([[1, 1]]);
});

test("10,000 lines that all moved do not take for ever", () => {
  const many = Array.from({ length: 10_000 }, (_, index) => index);
  const lines = diffSequences(many, many.toReversed());
  expect(lines.filter(({ op }) => op === " ")).toHaveLength(1);
});
