import fc from "fast-check";
import { expect, it } from "vitest";
import { renderPlot, ticksTo } from "./plot.ts";
import { tallyWay, type Tried } from "./tally.ts";
import { ways } from "./ways.ts";

it("has round ticks from 0 that reach everything, neither few nor many", () => {
  expect(ticksTo(5)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(ticksTo(0.9)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 1e6, noNaN: true }), (most) => {
      const ticks = ticksTo(most);
      expect(ticks[0]).toBe(0);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(most * (1 - 1e-6));
      expect(ticks.length).toBeGreaterThanOrEqual(3);
      expect(ticks.length).toBeLessThanOrEqual(7);
    }),
  );
});

/** Every number of the paths, by way, as x, y in turn. */
function pathsOf(svg: string): readonly (readonly number[])[] {
  return [...svg.matchAll(/ d="([^"]*)"/g)].map(([, path = ""]) =>
    path.split(/[ML ]/).filter(Boolean).map(Number),
  );
}

it("draws two lines a way that never go back or down, inside of the picture", () => {
  const attempt = fc.record({
    way: fc.constantFrom(...ways),
    wayMs: fc.integer({ min: 1, max: 100_000 }),
    keys: fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(attempt, { maxLength: 40 }), (attempts) => {
      let ms = 0;
      const tried = attempts.map(({ way, wayMs, keys }, index): Tried => {
        ms += wayMs;
        const found = keys.map((key) => ({ key, text: key }));
        return {
          way,
          id: `${index}`,
          scenario: "s",
          verdict: "pass",
          fired: true,
          durationMs: 1,
          wayMs: ms,
          found,
        };
      });
      const paths = pathsOf(
        renderPlot(
          "x",
          ways.map((way) => tallyWay(way, tried)),
        ),
      );
      expect(paths).toHaveLength(2 * ways.length);
      for (const path of paths) {
        expect(path.every((value) => value >= 0 && value <= 900)).toBe(true);
        const [xs, ys] = [path.filter((_, at) => at % 2 === 0), path.filter((_, at) => at % 2 === 1)];
        expect(xs).toEqual(xs.toSorted((a, b) => a - b));
        expect(ys).toEqual(ys.toSorted((a, b) => b - a));
      }
    }),
  );
});

it("takes no part of the title for markup", () => {
  const svg = renderPlot(
    "<b>&",
    ways.map((way) => tallyWay(way, [])),
  );
  expect(svg).toContain("&lt;b&gt;&amp;");
  expect(svg).not.toContain("<b>");
});
