import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusterNetwork } from "../../harness/cluster/sandbox/addresses.ts";
import { scheduleArbitrary } from "../../harness/explore/grammar.ts";
import type { Intent, Operation, Step } from "../../harness/model/scenario.ts";
import type { ExploredFeature, Schedule, ScheduledStep } from "../../harness/model/schedule.ts";
import { createWorld } from "../../harness/run/world.ts";
import { scenarioOf } from "./scenario-of.ts";

const features: readonly ExploredFeature[] = ["egress", "route-table", "service-rules"];
const node = { name: "lp-n1", ipv4: "172.30.1.11", ipv6: "fd00:30:1::11" };

function play(schedule: Schedule, seed = 1): readonly Step[] {
  const world = createWorld({ ...clusterNetwork(0), seed, attemptName: "test", nodes: [node] });
  return scenarioOf(schedule).steps(world);
}

function stepsOf(
  feature: ExploredFeature,
  ...steps: readonly ScheduledStep["operations"][]
): readonly Step[] {
  return play({ feature, steps: steps.map((operations) => ({ operations })) });
}

/** What tells the items of an intent from those of others. */
function placeOf(intent: Intent): string {
  switch (intent.kind) {
    case "egress":
      return intent.pod;
    case "route":
      return intent.vip;
    case "service-port":
      return `${intent.clusterIp}:${intent.port}`;
    case "egress-port":
    case "address":
    case "api-servers":
    case "egress-exempt":
    case "node-port":
    case "service-address":
    case "own-address":
    case "input-exempt":
    case "pod-guarded":
    case "policy-client":
    case "elastic-ip":
    case "floating-ip":
    case "source-nat":
    case "port-forward":
    case "flows":
      throw new Error(`no schedule wants ${intent.kind}`);
  }
}

function placesOf(step: Step | undefined, present: boolean): readonly string[] {
  return (step?.expect ?? []).filter((each) => each.present === present).map(({ intent }) => placeOf(intent));
}

function engineActions({ operations }: Step): readonly string[] {
  return operations.flatMap((operation) => (operation.op === "engine" ? [operation.action] : []));
}

function appliedIn(operations: readonly Operation[]): string {
  return JSON.stringify(operations.filter(({ op }) => op === "apply"));
}

describe.each(features)("any schedule of %s", (feature) => {
  const schedules = scheduleArbitrary({ feature, recordedPoints: true });

  it("becomes steps that do as it says, with unique names, the same for the same seed", () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        const steps = play(schedule);
        expect(play(schedule)).toEqual(steps);
        const names = steps.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        for (const [index, { operations }] of schedule.steps.entries()) {
          expect(steps[index]?.operations.length).toBeGreaterThanOrEqual(operations.length);
        }
      }),
    );
  });

  it("never expects the same thing to be there and not to be there", () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        for (const step of play(schedule)) {
          const there = new Set(placesOf(step, true));
          for (const place of placesOf(step, false)) expect(there).not.toContain(place);
        }
      }),
    );
  });

  it("expects nothing while the engine is down, and ends with one that runs", () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        let isUp = true;
        for (const step of play(schedule)) {
          const last = engineActions(step).at(-1);
          if (last !== undefined) isUp = last === "start";
          expect(step.expect.length > 0).toBe(isUp);
        }
        expect(isUp).toBe(true);
      }),
    );
  });

  it("shows after each start that the engine has synced since: by what was applied after it went down", () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        let sinceStop: readonly Operation[] = [];
        let isStopped = false;
        for (const step of play(schedule)) {
          for (const operation of step.operations) {
            if (operation.op === "engine" && operation.action !== "start") {
              [isStopped, sinceStop] = [true, []];
            }
            sinceStop = [...sinceStop, operation];
          }
          const isUp = engineActions(step).at(-1) === "start";
          if (!isStopped || !isUp) continue;
          isStopped = false;
          const text = appliedIn(sinceStop);
          const shown = step.expect.filter(({ present }) => present).map(({ intent }) => placeOf(intent));
          expect(shown.some((place) => text.includes(`"${place.split(":")[0] ?? ""}"`))).toBe(true);
        }
      }),
    );
  });
});

it("asks no more of a service that shrinks than what it still has", () => {
  const [, shrunk] = stepsOf(
    "service-rules",
    [{ op: "create", object: 0 }],
    [{ op: "scale", object: 0, pods: 1 }],
  );
  const [own] = shrunk?.expect ?? [];
  expect(own).toMatchObject({ present: true, intent: { backends: [expect.any(String)] } });
  expect(placesOf(shrunk, false)).toEqual([]);
  // Less than before is no sign of life: another object is.
  expect(placesOf(shrunk, true)).toHaveLength(2);
});

it("rules the old pod out when an endpoint moves, without any help", () => {
  const [created, moved] = stepsOf("egress", [{ op: "create", object: 0 }], [{ op: "move", object: 0 }]);
  expect(placesOf(moved, false)).toEqual(placesOf(created, true));
  expect(placesOf(moved, true)).toHaveLength(1);
  expect(moved?.traffic).toHaveLength(2);
});

it("gives what is created again its name and nothing else of before", () => {
  const [first, , again] = stepsOf(
    "route-table",
    [{ op: "create", object: 0 }],
    [{ op: "delete", object: 0 }],
    [{ op: "create", object: 0 }],
  );
  const nameIn = (step: Step | undefined): unknown => {
    const operation = step?.operations[0];
    return operation?.op === "apply" ? operation.object.name : undefined;
  };
  expect(nameIn(again)).toBe(nameIn(first));
  expect(placesOf(again, false)).toEqual(placesOf(first, true));
});

it("waits as long as the schedule says, and no longer", () => {
  const [step] = stepsOf("egress", [
    { op: "create", object: 0 },
    { op: "delete", object: 0, gapMs: 20 },
  ]);
  expect(step?.operations.map(({ afterMs }) => afterMs)).toEqual([undefined, 20, undefined]);
});

it("wants a sign of life from an engine that a fault brought back", () => {
  const steps = play({
    feature: "egress",
    steps: [
      {
        operations: [{ op: "create", object: 0 }],
        fault: {
          action: { kind: "kill", scope: "tree" },
          trigger: { at: "settled" },
          heal: "next-step",
        },
      },
      { operations: [{ op: "delete", object: 0 }] },
    ],
  });
  expect(placesOf(steps[1], true)).toHaveLength(1);
});
