import type { FaultTrigger, PlannedFault } from "../model/fault.ts";
import type { Recording } from "../model/recording.ts";
import { isRecorded, type Schedule, type ScheduledFault, stepNameAt } from "../model/schedule.ts";
import { apiWritesOf } from "../run/api-points.ts";
import { writeIndex } from "../run/crash-points.ts";

/** The same schedule without the fault whose point has to be recorded; undefined where there is none. */
export function withoutRecorded(schedule: Schedule): Schedule | undefined {
  if (!schedule.steps.some(({ fault }) => fault && isRecorded(fault))) return undefined;
  const steps = schedule.steps.map(({ operations, fault }) =>
    fault === undefined || isRecorded(fault) ? { operations } : { operations, fault },
  );
  return { ...schedule, steps };
}

function at<T>(list: readonly T[], index: number): T | undefined {
  return list[index % Math.max(list.length, 1)];
}

const answers = ["before", "withheld", "given"] as const;

function triggerOf(
  { trigger }: ScheduledFault,
  step: string,
  recording: Recording | undefined,
): FaultTrigger | undefined {
  if (trigger.at !== "recorded-write" && trigger.at !== "recorded-api-write") return trigger;
  if (recording === undefined) return undefined;
  if (trigger.at === "recorded-write") {
    const points = writeIndex(recording).points.filter((point) => point.step === step);
    const found = at(points, trigger.pick);
    return found && { at: "kernel-write", point: found.point };
  }
  const points = apiWritesOf(recording, step).map(({ point }) => point);
  const found = at(points, trigger.pick);
  const answer = at(answers, Math.floor(trigger.pick / Math.max(points.length, 1))) ?? "given";
  return found && { at: "api-write", point: { ...found, answer } };
}

/**
 * The faults of a schedule as a plan has them.
 *
 * @param recording - of an indexed attempt of `withoutRecorded`, in the same world; absent where that is undefined
 * @returns undefined where a fault has no point: the engine wrote nothing in that step
 */
export function plannedFaults(
  schedule: Schedule,
  recording?: Recording,
): readonly PlannedFault[] | undefined {
  const faults = schedule.steps.flatMap(({ fault }, index) =>
    fault === undefined ? [] : [{ fault, step: stepNameAt(index) }],
  );
  const planned = faults.flatMap(({ fault, step }): readonly PlannedFault[] => {
    const trigger = triggerOf(fault, step, recording);
    return trigger === undefined ? [] : [{ action: fault.action, step, node: 0, trigger, heal: fault.heal }];
  });
  return planned.length === faults.length ? planned : undefined;
}
