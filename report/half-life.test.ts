import { describe, expect, it } from "vitest";
import { sumHalfLives } from "./half-life.ts";
import { entryOf } from "./report.fixture.ts";

const withHalfLives = (...all: readonly (number | undefined)[]) => ({
  ...entryOf("kv.moves", { kind: "pass" }),
  halfLives: all.map((ms) => ({ step: "moved", node: "n1", ...(ms === undefined ? {} : { ms }) })),
});

describe("sumHalfLives", () => {
  it("is a distribution over all attempts of a scenario, and says what never went", () => {
    expect(sumHalfLives([withHalfLives(40, 10), withHalfLives(30, undefined), withHalfLives(20)])).toEqual([
      {
        engine: "kube-vip@v0.8.4/rt",
        scenario: "egress-moves",
        faults: false,
        count: 5,
        never: 1,
        medianMs: 20,
        p90Ms: 40,
        maxMs: 40,
      },
    ]);
  });

  it("tells attempts with faults by themselves", () => {
    const faulted = { ...withHalfLives(900), faults: [{ what: "killed", fired: true }] };
    expect(sumHalfLives([withHalfLives(1), faulted]).map(({ faults, maxMs }) => [faults, maxMs])).toEqual([
      [false, 1],
      [true, 900],
    ]);
  });

  it("has no figure where nothing ended, and none at all where nothing was let go of", () => {
    expect(sumHalfLives([withHalfLives(undefined)])).toMatchObject([{ count: 1, never: 1 }]);
    expect(sumHalfLives([withHalfLives(undefined)])[0]).not.toHaveProperty("medianMs");
    expect(sumHalfLives([withHalfLives()])).toEqual([]);
    expect(sumHalfLives([{ ...withHalfLives(1), level: "power" }])).toEqual([]);
    expect(sumHalfLives([{ ...withHalfLives(1), role: "index" }])).toEqual([]);
  });
});
