import fc from "fast-check";
import { expect, it } from "vitest";
import type { Schedule } from "../model/schedule.ts";
import { scheduleProblems } from "../model/schedule.ts";
import { type Bug, deletedWhileDown, movedUnderFault } from "./fake-engine.fixture.ts";
import { scheduleArbitrary } from "./grammar.ts";
import { renderSchedule } from "./schedule-text.ts";
import { shrink, sizeOf, smallerSchedules } from "./shrink.ts";

const schedules = scheduleArbitrary({ feature: "service-rules", recordedPoints: true });

async function shrinkFor([, isHit]: Bug, schedule: Schedule, lanes = 1): Promise<Schedule> {
  const shows = async (candidate: Schedule): Promise<boolean> => isHit(candidate);
  return (await shrink(schedule, { lanes, shows, isOver: () => false })).schedule;
}

/** Drawn schedules that hit the bug, whatever else they do. */
function hitting([, isHit]: Bug): readonly Schedule[] {
  return fc.sample(schedules, { seed: 3, numRuns: 3_000 }).filter(isHit).slice(0, 25);
}

it("offers only what is smaller and can be run, always", () => {
  fc.assert(
    fc.property(schedules, (schedule) => {
      for (const candidate of smallerSchedules(schedule)) {
        expect(scheduleProblems(candidate)).toEqual([]);
        expect(sizeOf(candidate)).toBeLessThan(sizeOf(schedule));
      }
    }),
  );
});

it.each<readonly [Bug, RegExp]>([
  [deletedWhileDown, /^service-rules: create a, (?:kill|terminate), delete a$/],
  [movedUnderFault, /^service-rules: create a \[kill at [a-z- 0-9]+, healed in the next step\]; move a$/],
])("keeps exactly what brings the failure about", async (bug, smallest) => {
  const drawn = hitting(bug);
  expect(drawn.length).toBeGreaterThan(5);
  for (const schedule of drawn) expect(renderSchedule(await shrinkFor(bug, schedule))).toMatch(smallest);
});

it("puts a fault that strikes between two steps into the first", () => {
  const fault = {
    action: { kind: "kill", scope: "tree" },
    trigger: { at: "settled" },
    heal: "next-step",
  } as const;
  const [create, move] = [{ op: "create", object: 0 } as const, { op: "move", object: 0 } as const];
  const steps = [{ operations: [create] }, { operations: [], fault }, { operations: [move] }];
  const texts = smallerSchedules({ feature: "egress", steps }).map(renderSchedule);
  expect(texts).toContain("egress: create a [kill at settled, healed in the next step]; move a");
});

it("comes to the same on any number of lanes", async () => {
  for (const schedule of hitting(deletedWhileDown).slice(0, 10)) {
    const alone = await shrinkFor(deletedWhileDown, schedule);
    expect(await shrinkFor(deletedWhileDown, schedule, 4)).toEqual(alone);
  }
});

it("gives what it has when time is up, and says so", async () => {
  const [schedule] = hitting(deletedWhileDown);
  if (!schedule) throw new Error("nothing was drawn");
  const ended = await shrink(schedule, { lanes: 1, shows: async () => true, isOver: () => true });
  expect(ended).toEqual({ schedule, isComplete: false });
});
