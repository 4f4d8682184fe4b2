import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExploredFeature, Schedule } from "../model/schedule.ts";
import { faultLimit, scheduleProblems } from "../model/schedule.ts";
import { scheduleArbitrary } from "./grammar.ts";

const features: readonly ExploredFeature[] = ["egress", "route-table", "service-rules"];

function operationsOf({ steps }: Schedule) {
  return steps.flatMap(({ operations }) => operations);
}

describe.each(features)("schedules of %s", (feature) => {
  it("can be run, are short, and have few faults, always", () => {
    const arbitrary = scheduleArbitrary({ feature, recordedPoints: true });
    fc.assert(
      fc.property(arbitrary, (schedule) => {
        expect(scheduleProblems(schedule)).toEqual([]);
        const count = operationsOf(schedule).length;
        expect(count).toBeGreaterThanOrEqual(2);
        expect(count).toBeLessThanOrEqual(6);
        expect(schedule.steps.filter(({ fault }) => fault).length).toBeLessThanOrEqual(faultLimit);
      }),
      { numRuns: 500 },
    );
  });

  it("reach every change, gaps of nothing and of something, and every kind of trigger", () => {
    const drawn = fc.sample(scheduleArbitrary({ feature, recordedPoints: true }), {
      seed: 1,
      numRuns: 400,
    });
    const changes = ["create", "move", "delete", "scale", "kill", "terminate", "start"];
    const ports = feature === "service-rules" ? ["change-ports"] : [];
    const operations = drawn.flatMap(operationsOf);
    expect(new Set(operations.map(({ op }) => op))).toEqual(new Set([...changes, ...ports]));
    expect(operations.some(({ gapMs }) => gapMs !== undefined)).toBe(true);
    const faults = drawn.flatMap(({ steps }) => steps.flatMap(({ fault }) => fault ?? []));
    expect(new Set(faults.map(({ trigger }) => trigger.at))).toEqual(
      new Set(["step-begin", "operations-sent", "settled", "recorded-write", "recorded-api-write"]),
    );
    expect(new Set(faults.map(({ heal }) => heal))).toEqual(new Set(["same-step", "next-step"]));
    expect(drawn.some(({ steps }) => steps.every(({ fault }) => fault === undefined))).toBe(true);
  });
});

it("leaves out what is not possible, and points that nobody records", () => {
  const arbitrary = scheduleArbitrary({
    feature: "egress",
    recordedPoints: false,
    isPossible: ({ action }) => action.kind === "kill",
  });
  const faults = fc
    .sample(arbitrary, { seed: 1, numRuns: 200 })
    .flatMap(({ steps }) => steps.flatMap(({ fault }) => fault ?? []));
  expect(faults.length).toBeGreaterThan(0);
  expect(new Set(faults.map(({ action }) => action.kind))).toEqual(new Set(["kill"]));
  expect(faults.filter(({ trigger }) => trigger.at.startsWith("recorded"))).toEqual([]);
});

it("is the same for the same seed", () => {
  const draw = (seed: number): readonly Schedule[] =>
    fc.sample(scheduleArbitrary({ feature: "egress", recordedPoints: true }), { seed, numRuns: 20 });
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});
