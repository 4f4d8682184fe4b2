import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StateItem } from "../model/state.ts";
import { countKeys, subtractItems } from "./multiset.ts";
import { rule } from "./testing.ts";

const items = fc.array(fc.constantFrom("a", "b", "c").map((name) => rule("filter", "INPUT", `-j ${name}`)));

function times(list: readonly StateItem[], item: StateItem): number {
  return countKeys(list).get(`iptables-legacy|filter|INPUT|rule|${item.text}`) ?? 0;
}

describe("multisets of items", () => {
  it("always keep, of every item, as many as were not taken away", () => {
    fc.assert(
      fc.property(items, items, (from, taken) => {
        const left = subtractItems(from, taken);
        for (const item of from) {
          expect(times(left, item)).toBe(Math.max(0, times(from, item) - times(taken, item)));
        }
        expect(left.every((item) => from.includes(item))).toBe(true);
      }),
    );
  });

  it("always keep the order", () => {
    fc.assert(
      fc.property(items, items, (from, taken) => {
        const positions = subtractItems(from, taken).map((item) => from.indexOf(item));
        expect(positions).toEqual(positions.toSorted((left, right) => left - right));
      }),
    );
  });
});
