import fc from "fast-check";
import { expect, it } from "vitest";
import { createTurns } from "./turns.ts";
import { type Way, ways } from "./ways.ts";

/** One cluster that tries until everything is over, each attempt as long as `durationOf` says. */
function play(
  budgetMs: number,
  durationOf: (way: Way) => number,
  isOpen: (way: Way) => boolean = () => true,
): { readonly order: readonly Way[]; readonly spentMs: ReadonlyMap<Way, number> } {
  let now = 0;
  const turns = createTurns(budgetMs, 1, () => now);
  const order: Way[] = [];
  const spentMs = new Map<Way, number>();
  for (let way = turns.next(isOpen); way !== undefined; way = turns.next(isOpen)) {
    const end = turns.begin(way);
    now += durationOf(way);
    spentMs.set(way, end());
    order.push(way);
  }
  return { order, spentMs };
}

it("gives each way its time, and at most one attempt more, however long attempts are", () => {
  const duration = fc.integer({ min: 1, max: 500 });
  fc.assert(
    fc.property(
      fc.tuple(duration, duration, duration),
      fc.integer({ min: 1, max: 3_000 }),
      (each, budgetMs) => {
        const durationOf = (way: Way): number => each[ways.indexOf(way)] ?? 0;
        const { spentMs } = play(budgetMs, durationOf);
        for (const way of ways) {
          expect(spentMs.get(way)).toBeGreaterThanOrEqual(budgetMs);
          expect(spentMs.get(way)).toBeLessThan(budgetMs + durationOf(way));
        }
      },
    ),
  );
});

it("lets the slow way wait for the others", () => {
  const { order } = play(100, (way) => (way === "kernel-writes" ? 50 : 10));
  expect(order.slice(0, 4)).toEqual(["kernel-writes", "api-writes", "random-times", "api-writes"]);
});

it("goes on without a way that has nothing left", () => {
  const { order, spentMs } = play(
    30,
    () => 10,
    (way) => way !== "api-writes",
  );
  expect(order).not.toContain("api-writes");
  expect(spentMs.get("kernel-writes")).toBe(30);
});

it("counts what still runs, so that two clusters do not begin with the same way", () => {
  const turns = createTurns(1_000, 2, () => 5);
  turns.begin(turns.next(() => true) ?? "random-times");
  expect(turns.next(() => true)).toBe("api-writes");
});

it("divides what attempts took by the clusters that they ran on", () => {
  let now = 0;
  const turns = createTurns(1_000, 2, () => now);
  const ends = [turns.begin("api-writes"), turns.begin("api-writes")];
  now = 100;
  expect(ends.map((end) => end())).toEqual([expect.closeTo(50, 1), expect.closeTo(100, 1)]);
});
