import type { FaultAction, FaultTrigger, PlannedFault } from "./fault.ts";

/** The features that schedules are drawn for, each with objects of one kind. */
export const exploredFeatures = ["egress", "route-table", "service-rules"] as const;
export type ExploredFeature = (typeof exploredFeatures)[number];

/** What is done to the objects of a schedule, which are known by their index, or to the engine. */
export type ScheduledChange =
  /** With fresh addresses; under its old name where the object was there before. */
  | { readonly op: "create"; readonly object: number }
  /** Every pod of it is replaced by a fresh one. */
  | { readonly op: "move"; readonly object: number }
  /** To that many pods: what it gains is fresh, what it loses never comes back. */
  | { readonly op: "scale"; readonly object: number; readonly pods: number }
  /** Other ports in front and behind. Services only. */
  | { readonly op: "change-ports"; readonly object: number }
  | { readonly op: "delete"; readonly object: number }
  | { readonly op: "kill" }
  | { readonly op: "terminate" }
  | { readonly op: "start" };

export type ScheduledOperation = ScheduledChange & {
  /** What is waited before it, in ms; nothing where it is absent. */
  readonly gapMs?: number;
};

/**
 * When a fault of a schedule strikes: at a point that needs no recording, or at the `pick`-th point (counted
 * round) of those that a run of the same schedule without this fault was recorded to have in this step.
 */
export type ScheduledTrigger =
  | Exclude<FaultTrigger, { at: "kernel-write" | "api-write" }>
  | { readonly at: "recorded-write"; readonly pick: number }
  | { readonly at: "recorded-api-write"; readonly pick: number };

export interface ScheduledFault {
  readonly action: FaultAction;
  readonly trigger: ScheduledTrigger;
  readonly heal: PlannedFault["heal"];
}

export interface ScheduledStep {
  readonly operations: readonly ScheduledOperation[];
  readonly fault?: ScheduledFault;
}

/** A short program of API operations and faults on one node: what the search draws, and shrinks. */
export interface Schedule {
  readonly feature: ExploredFeature;
  readonly steps: readonly ScheduledStep[];
}

/** Most pods that an object of that feature has: egress and routes follow one. */
export const podLimits: Readonly<Record<ExploredFeature, number>> = {
  egress: 1,
  "route-table": 1,
  "service-rules": 3,
};

/** How many pods a fresh object has. */
export const freshPods: Readonly<Record<ExploredFeature, number>> = {
  egress: 1,
  "route-table": 1,
  "service-rules": 2,
};

/** Two are enough to get in each other's way; more would seldom be changed twice. */
export const objectLimit = 2;
export const faultLimit = 2;

/** What a step is called in scenarios, plans and findings; `index` counts from 0. */
export function stepNameAt(index: number): string {
  return `step-${index + 1}`;
}

/** What is there at some point of a schedule. */
export interface ScheduleState {
  /** Live objects with their number of pods. */
  readonly pods: ReadonlyMap<number, number>;
  readonly isDown: boolean;
}

export const initialState: ScheduleState = { pods: new Map(), isDown: false };

/**
 * The state after a change.
 *
 * @returns undefined where the change is none, or cannot be made: only live objects are changed, and only a running engine is stopped
 */
export function stateAfter(
  feature: ExploredFeature,
  state: ScheduleState,
  change: ScheduledChange,
): ScheduleState | undefined {
  if (change.op === "start") return state.isDown ? { ...state, isDown: false } : undefined;
  if (change.op === "kill" || change.op === "terminate")
    return state.isDown ? undefined : { ...state, isDown: true };
  const now = state.pods.get(change.object);
  const pods = new Map(state.pods);
  switch (change.op) {
    case "create": {
      const isFree = now === undefined && change.object >= 0 && change.object < objectLimit;
      return isFree ? { ...state, pods: pods.set(change.object, freshPods[feature]) } : undefined;
    }
    case "move":
      return now === undefined || now === 0 ? undefined : state;
    case "scale": {
      const isChange = now !== undefined && change.pods !== now;
      const isPossible = isChange && change.pods >= 0 && change.pods <= podLimits[feature];
      return isPossible ? { ...state, pods: pods.set(change.object, change.pods) } : undefined;
    }
    case "change-ports":
      return now === undefined || feature !== "service-rules" ? undefined : state;
    case "delete":
      return pods.delete(change.object) ? { ...state, pods } : undefined;
  }
}

/** Why a step cannot have the fault that it has: it needs an engine that runs through this step and, healed there, the next. */
function faultProblems(schedule: Schedule, index: number, isDown: boolean): readonly string[] {
  const { fault } = schedule.steps[index] ?? {};
  if (fault === undefined) return [];
  const stops = (at: number): boolean =>
    (schedule.steps[at]?.operations ?? []).some(({ op }) => ["kill", "terminate", "start"].includes(op));
  const name = stepNameAt(index);
  const problems: string[] = [];
  if (isDown || stops(index)) problems.push(`${name}: a fault where the engine is stopped or started anyway`);
  if (fault.heal === "next-step") {
    const next = schedule.steps[index + 1];
    if (next === undefined) problems.push(`${name}: its fault heals in a step that is not there`);
    if (next?.fault || stops(index + 1)) problems.push(`${name}: its fault meets another`);
  }
  return problems;
}

/** Whether the fault strikes at a point that a first run has to record. */
export function isRecorded({ trigger }: ScheduledFault): boolean {
  return trigger.at === "recorded-write" || trigger.at === "recorded-api-write";
}

/** What is wrong with a schedule, a sentence each; empty where it can be run. */
export function scheduleProblems(schedule: Schedule): readonly string[] {
  const { feature, steps } = schedule;
  const problems: string[] = [];
  let state = initialState;
  for (const [index, { operations, fault }] of steps.entries()) {
    if (operations.length === 0 && fault === undefined) problems.push(`${stepNameAt(index)} does nothing`);
    problems.push(...faultProblems(schedule, index, state.isDown));
    for (const operation of operations) {
      const next = stateAfter(feature, state, operation);
      if (next === undefined) problems.push(`${stepNameAt(index)}: cannot ${JSON.stringify(operation)}`);
      state = next ?? state;
    }
  }
  if (!steps.some(({ operations }) => operations.length > 0)) problems.push("it has no operation");
  const faults = steps.flatMap(({ fault }) => fault ?? []);
  if (faults.length > faultLimit) problems.push(`it has more than ${faultLimit} faults`);
  if (faults.filter(isRecorded).length > 1) problems.push("two of its faults need a recording");
  return problems;
}
