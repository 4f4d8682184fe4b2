import { describe, expect, it } from "vitest";
import { judge, type Measure } from "./measure.ts";
import { type BenchResult, exitCodeOf, type FigureResult, renderResult } from "./result.ts";

const kept: Measure = {
  label: "cluster to bare",
  unit: "ratio",
  samples: [1.1, 1.2, 1.9],
  goal: { atMost: 1.3, judged: "median" },
};
const missed: Measure = { ...kept, goal: { atMost: 1.3, judged: "worst" } };

function resultOf(figures: readonly Partial<FigureResult>[], rest: Partial<BenchResult> = {}): BenchResult {
  return {
    version: 1,
    startedAt: "2026-01-02T03:04:05.678Z",
    machine: { os: "Debian 12", kernel: "6.1", arch: "x64", cpus: 2, memoryBytes: 1, tools: {} },
    isInterrupted: false,
    figures: figures.map((figure) => ({
      name: "cluster-start",
      title: "start of a cluster",
      load: { before: 0.2, after: 1.5 },
      measures: [],
      ...figure,
    })),
    ...rest,
  };
}

describe("judge", () => {
  it("compares the median, or the worst value, with the goal", () => {
    expect(judge(kept).isKept).toBe(true);
    expect(judge(missed).isKept).toBe(false);
  });

  it("keeps a goal that is just met, and misses it by the least bit", () => {
    const goal = { atMost: 5, judged: "worst" } as const;
    expect(judge({ ...kept, samples: [5], goal }).isKept).toBe(true);
    expect(judge({ ...kept, samples: [5.0001], goal }).isKept).toBe(false);
  });

  it("asks for enough where less would be bad", () => {
    const goal = { atLeast: 1.2, judged: "median" } as const;
    expect(judge({ ...kept, goal }).isKept).toBe(true);
    expect(judge({ ...kept, goal: { ...goal, atLeast: 1.3 } }).isKept).toBe(false);
    expect(judge({ ...kept, goal: { ...goal, judged: "worst" } }).isKept).toBe(false);
  });

  it("says nothing where there is no goal", () => {
    expect(judge({ label: "bare", unit: "ms", samples: [9e9] })).not.toHaveProperty("isKept");
  });
});

describe("exitCodeOf", () => {
  const good = { measures: [judge(kept)] };
  const bad = { measures: [judge(missed)] };
  const broken = { problem: "[run/internal] it broke" };
  it.each([
    ["every goal is kept", resultOf([good, good]), 0],
    ["one is missed", resultOf([good, bad]), 1],
    ["one could not be measured", resultOf([good, broken]), 2],
    ["one is missed and one not measured", resultOf([broken, bad]), 1],
    ["it was interrupted", resultOf([good, bad], { isInterrupted: true }), 130],
  ])("when %s", (_, result, code) => {
    expect(exitCodeOf(result)).toBe(code);
  });
});

describe("renderResult", () => {
  it("shows every measure with its goal", () => {
    const measures = [judge({ label: "bare", unit: "ms", samples: [1234.56] }), judge(kept), judge(missed)];
    expect(renderResult(resultOf([{ measures }]))).toMatchInlineSnapshot(`
      "FIGURE             MEDIAN      FROM, TO      N  GOAL
      start of a cluster (load 0.2 before)
        bare             1235 ms                   1
        cluster to bare  1.20 ratio  1.10 to 1.90  3  median <= 1.30  ok
        cluster to bare  1.20 ratio  1.10 to 1.90  3  worst <= 1.30   MISSED
      2 processors, Linux 6.1, Debian 12
      "
    `);
  });

  it("shows what could not be measured, and that it was interrupted", () => {
    const text = renderResult(
      resultOf([{ problem: "[run/internal] it broke\nSaw: much" }], { isInterrupted: true }),
    );
    expect(text).toContain("  not measured: [run/internal] it broke\n");
    expect(text).toContain("Interrupted");
    expect(text).not.toContain("Saw");
  });

  it("says when the machine was busy, and only then", () => {
    const busy = resultOf([{ load: { before: 3, after: 3 } }]);
    expect(renderResult(busy)).toContain("busy");
    expect(renderResult(resultOf([{}]))).not.toContain("busy");
  });
});
