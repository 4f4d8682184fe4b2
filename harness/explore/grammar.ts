import fc from "fast-check";
import type { FaultAction } from "../model/fault.ts";
import {
  type ExploredFeature,
  initialState,
  objectLimit,
  podLimits,
  type Schedule,
  type ScheduledChange,
  type ScheduledFault,
  type ScheduledOperation,
  type ScheduledStep,
  type ScheduledTrigger,
  scheduleProblems,
  stateAfter,
} from "../model/schedule.ts";
import { renumbered } from "./shrink.ts";

/** What is waited between two operations, in ms: mostly nothing, else some of what an engine takes for a change. */
const gapsMs = [0, 0, 0, 5, 20, 60, 150, 400, 1_000] as const;

interface Draw {
  /** Which sort of change, then which of that sort; counted round. */
  readonly sort: number;
  readonly pick: number;
  readonly gapMs: number;
  readonly endsStep: boolean;
}

interface FaultDraw {
  readonly step: number;
  readonly action: number;
  readonly trigger: number;
  readonly pick: number;
  readonly healsLater: boolean;
}

/** Every change that could be made, sort by sort; a sort of which none is possible is left out. */
function possibleChanges(
  feature: ExploredFeature,
  state: typeof initialState,
): readonly (readonly ScheduledChange[])[] {
  const objects = Array.from({ length: objectLimit }, (_, object) => object);
  const counts = Array.from({ length: podLimits[feature] + 1 }, (_, pods) => pods);
  const sorts: readonly (readonly ScheduledChange[])[] = [
    objects.map((object) => ({ op: "create", object })),
    objects.map((object) => ({ op: "move", object })),
    objects.map((object) => ({ op: "delete", object })),
    objects.flatMap((object) => counts.map((pods) => ({ op: "scale" as const, object, pods }))),
    objects.map((object) => ({ op: "change-ports", object })),
    [{ op: "start" }, { op: "kill" }, { op: "terminate" }],
  ];
  return sorts
    .map((sort) => sort.filter((change) => stateAfter(feature, state, change) !== undefined))
    .filter((sort) => sort.length > 0);
}

function at<T>(list: readonly T[], index: number): T | undefined {
  return list[index % Math.max(list.length, 1)];
}

/** The operations that the draws stand for; the first makes something, since nothing happens before. */
function stepsOf(feature: ExploredFeature, draws: readonly Draw[]): readonly ScheduledStep[] {
  let state = initialState;
  let operations: ScheduledOperation[] = [];
  const steps: ScheduledStep[] = [];
  for (const [index, draw] of draws.entries()) {
    const sorts = possibleChanges(feature, state);
    const change = at(at(sorts, index === 0 ? 0 : draw.sort) ?? [], draw.pick);
    if (change === undefined) continue;
    state = stateAfter(feature, state, change) ?? state;
    const isFirst = operations.length === 0;
    operations.push(draw.gapMs === 0 || isFirst ? change : { ...change, gapMs: draw.gapMs });
    if (!draw.endsStep && index < draws.length - 1) continue;
    steps.push({ operations });
    operations = [];
  }
  return steps;
}

/** Faults that strike an engine whatever it is about to do, at a time that needs no recording. */
const anytime: readonly FaultAction[] = [
  { kind: "kill", scope: "tree" },
  { kind: "kill", scope: "engine" },
  { kind: "pause", forMs: 1_500 },
  { kind: "restart-loop", times: 3 },
  { kind: "api-watch-cut" },
  { kind: "api-watch-gone" },
  { kind: "api-down" },
];

/** Faults that meet what the engine does next: in force before the operations. */
const inForce: readonly FaultAction[] = [
  { kind: "api-latency", delayMs: 300 },
  { kind: "api-status", status: 409, times: 3 },
  { kind: "api-status", status: 429, retryAfterS: 1, times: 3 },
  { kind: "api-status", status: 500, times: 3 },
  { kind: "api-stale" },
  { kind: "xtables-lock" },
  { kind: "call-fails", error: "EBUSY", times: 1 },
];

/** Faults of a state at rest. */
const atRest: readonly FaultAction[] = [
  { kind: "foreign-deletion", of: "rule", pick: 0 },
  { kind: "node-reboot" },
  { kind: "api-server-restart" },
];

/** Faults that strike a write that was recorded. */
const atWrites: readonly FaultAction[] = [
  { kind: "kill", scope: "tree" },
  { kind: "kill", scope: "engine" },
  { kind: "hold" },
];

/** An engine that is killed comes back in either step; what makes a difference only when the world changes meanwhile heals later. */
function healOf(action: FaultAction, healsLater: boolean): ScheduledFault["heal"] {
  const isLater = action.kind === "hold" || action.kind === "api-stale" || healsLater;
  // Without an API server nobody could do the next step's operations.
  const isAtOnce = ["restart-loop", "foreign-deletion", "api-server-restart"].includes(action.kind);
  return isLater && !isAtOnce ? "next-step" : "same-step";
}

function faultOf({ action, trigger, pick, healsLater }: FaultDraw, writes: boolean): ScheduledFault {
  const times: readonly ScheduledTrigger[] = [
    { at: "step-begin" },
    { at: "operations-sent" },
    { at: "settled" },
  ];
  const choices: readonly (readonly [readonly FaultAction[], readonly ScheduledTrigger[]])[] = [
    [anytime, times],
    [inForce, [{ at: "step-begin" }]],
    [atRest, [{ at: "settled" }]],
    // Twice: no other fault finds as much.
    ...(writes ? [0, 1].map(() => [atWrites, [{ at: "recorded-write", pick }]] as const) : []),
    ...(writes ? [[atWrites.slice(0, 2), [{ at: "recorded-api-write", pick }]] as const] : []),
  ];
  const [actions = [], triggers = []] = at(choices, trigger) ?? [];
  const chosen = at(actions, action) ?? { kind: "kill", scope: "tree" };
  return {
    action: chosen,
    trigger: at(triggers, pick) ?? { at: "settled" },
    heal: healOf(chosen, healsLater),
  };
}

/** Puts each fault where it is possible, and leaves it out where it is nowhere. */
function withFaults(
  schedule: Schedule,
  faults: readonly FaultDraw[],
  isPossible: (fault: ScheduledFault) => boolean,
  writes: boolean,
): Schedule {
  let now = schedule;
  for (const draw of faults) {
    const fault = faultOf(draw, writes);
    if (!isPossible(fault)) continue;
    const places = now.steps.map((step, index) => ({
      ...now,
      steps: step.fault ? now.steps : now.steps.with(index, { ...step, fault }),
    }));
    const fitting = places.filter(
      (place) => place.steps !== now.steps && scheduleProblems(place).length === 0,
    );
    now = at(fitting, draw.step) ?? now;
  }
  return now;
}

export interface GrammarOptions {
  readonly feature: ExploredFeature;
  /** Whether faults may strike at points that a first run has to record. */
  readonly recordedPoints: boolean;
  /** Leaves faults out that this machine or engine cannot have. */
  readonly isPossible?: (fault: ScheduledFault) => boolean;
}

const integer = fc.nat({ max: 999 });

/** Short schedules of one feature, two to six operations and none to two faults; all of them can be run (`scheduleProblems`). */
export function scheduleArbitrary({
  feature,
  recordedPoints,
  isPossible = () => true,
}: GrammarOptions): fc.Arbitrary<Schedule> {
  const draw = fc.record({
    sort: integer,
    pick: integer,
    gapMs: fc.constantFrom(...gapsMs),
    endsStep: fc.boolean(),
  });
  const fault = fc.record({
    step: integer,
    action: integer,
    trigger: integer,
    pick: integer,
    // Most of what goes wrong does so when the world moves on while the engine is away.
    healsLater: fc.constantFrom(true, true, false),
  });
  return fc
    .tuple(
      fc.array(draw, { minLength: 2, maxLength: 6, size: "max" }),
      fc.array(fault, { maxLength: 2, size: "max" }),
    )
    .map(([draws, faults]) =>
      renumbered(withFaults({ feature, steps: stepsOf(feature, draws) }, faults, isPossible, recordedPoints)),
    );
}
