import type { Schedule, ScheduledOperation, ScheduledStep } from "../model/schedule.ts";

function renderOperation(operation: ScheduledOperation): string {
  const object = "object" in operation ? ` ${String.fromCharCode(97 + operation.object)}` : "";
  const pods = operation.op === "scale" ? ` to ${operation.pods}` : "";
  const gap = operation.gapMs === undefined ? "" : `wait ${operation.gapMs} ms, `;
  return `${gap}${operation.op}${object}${pods}`;
}

function renderStep({ operations, fault }: ScheduledStep): string {
  const done = operations.map(renderOperation).join(", ");
  if (fault === undefined) return done;
  const { action, trigger, heal } = fault;
  const pick = "pick" in trigger ? ` ${trigger.pick}` : "";
  return `${done} [${action.kind} at ${trigger.at}${pick}, healed in the ${heal === "same-step" ? "same" : "next"} step]`.trim();
}

/** A schedule as one line: `egress: create a, move a [kill at settled, healed in the next step]; delete a`. */
export function renderSchedule({ feature, steps }: Schedule): string {
  return `${feature}: ${steps.map(renderStep).join("; ")}`;
}
