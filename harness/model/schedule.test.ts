import { expect, it } from "vitest";
import { type Schedule, type ScheduledStep, scheduleProblems } from "./schedule.ts";

function problemsOf(...steps: readonly ScheduledStep[]): readonly string[] {
  const schedule: Schedule = { feature: "egress", steps };
  return scheduleProblems(schedule);
}

const created: ScheduledStep = { operations: [{ op: "create", object: 0 }] };
const killed = {
  action: { kind: "kill", scope: "tree" },
  trigger: { at: "settled" },
  heal: "next-step",
} as const;

it("finds nothing wrong with what can be run", () => {
  expect(problemsOf(created, { operations: [{ op: "kill" }, { op: "delete", object: 0 }] })).toEqual([]);
  expect(
    problemsOf({ ...created, fault: killed }, { operations: [{ op: "move", object: 0, gapMs: 5 }] }),
  ).toEqual([]);
});

const refused: readonly (readonly [what: string, ...steps: readonly ScheduledStep[]])[] = [
  ["a change of what is not there", { operations: [{ op: "move", object: 0 }] }],
  ["a second creation", created, created],
  [
    "a move of nobody",
    created,
    {
      operations: [
        { op: "scale", object: 0, pods: 0 },
        { op: "move", object: 0 },
      ],
    },
  ],
  ["more pods than the feature knows", created, { operations: [{ op: "scale", object: 0, pods: 2 }] }],
  ["ports of what has none", created, { operations: [{ op: "change-ports", object: 0 }] }],
  ["a start of what runs", { operations: [{ op: "start" }] }],
  ["a kill of what is dead", created, { operations: [{ op: "kill" }, { op: "kill" }] }],
  ["an empty step", created, { operations: [] }],
  ["no operation at all", { operations: [], fault: { ...killed, heal: "same-step" } }],
  ["a fault without the step that heals it", { ...created, fault: killed }],
  [
    "a fault of what is stopped anyway",
    { operations: [...created.operations, { op: "kill" }], fault: killed },
    created,
  ],
  [
    "two faults at once",
    { ...created, fault: killed },
    { operations: [{ op: "move", object: 0 }], fault: { ...killed, heal: "same-step" } },
  ],
];

it.each(refused.map(([what, ...steps]) => ({ what, steps })))("refuses $what", ({ steps }) => {
  expect(problemsOf(...steps).length).toBeGreaterThan(0);
});
