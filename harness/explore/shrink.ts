import {
  initialState,
  type Schedule,
  type ScheduledOperation,
  type ScheduledStep,
  scheduleProblems,
  stateAfter,
} from "../model/schedule.ts";

/** How much there is to read: operations and faults first, then steps, then gaps. */
export function sizeOf({ steps }: Schedule): number {
  const operations = steps.flatMap((step) => step.operations);
  const faults = steps.filter(({ fault }) => fault).length;
  const gaps = operations.filter(({ gapMs }) => gapMs !== undefined).length;
  return (operations.length + faults) * 100 + steps.length * 10 + gaps;
}

/** Leaves out what is not possible any more: changes of what is not there, faults without their step, empty steps. */
function repaired(schedule: Schedule): Schedule | undefined {
  const { feature } = schedule;
  let state = initialState;
  const steps = schedule.steps.flatMap((step): readonly ScheduledStep[] => {
    const operations = step.operations.filter((operation) => {
      const next = stateAfter(feature, state, operation);
      state = next ?? state;
      return next !== undefined;
    });
    return operations.length === 0 && step.fault === undefined ? [] : [{ ...step, operations }];
  });
  const whole = { feature, steps };
  if (scheduleProblems(whole).length === 0) return whole;
  const bare = { feature, steps: steps.filter(({ operations }) => operations.length > 0).map(withoutFault) };
  return scheduleProblems(bare).length === 0 ? bare : undefined;
}

function withoutFault({ operations }: ScheduledStep): ScheduledStep {
  return { operations };
}

function mapOperations(
  schedule: Schedule,
  map: (operation: ScheduledOperation, index: number) => ScheduledOperation | undefined,
): Schedule {
  let index = 0;
  const steps = schedule.steps.map((step) => ({
    ...step,
    operations: step.operations.flatMap((operation) => map(operation, index++) ?? []),
  }));
  return { ...schedule, steps };
}

/** Without `count` operations from `from` on, counted through all steps. */
function withoutOperations(schedule: Schedule, from: number, count: number): Schedule {
  return mapOperations(schedule, (operation, index) =>
    index >= from && index < from + count ? undefined : operation,
  );
}

function withoutGap(operation: ScheduledOperation): ScheduledOperation {
  const { gapMs: _, ...change } = operation;
  return change;
}

/** Two neighbouring steps as one, with the fault of either: what came after the first had settled comes at once. */
function merged({ feature, steps }: Schedule): readonly Schedule[] {
  return steps.slice(1).flatMap((step, index) => {
    const before = steps[index];
    const fault = before?.fault ?? step.fault;
    if (before === undefined || (before.fault && step.fault)) return [];
    const one = { operations: [...before.operations, ...step.operations], ...(fault && { fault }) };
    return [{ feature, steps: [...steps.slice(0, index), one, ...steps.slice(index + 2)] }];
  });
}

/** Object 0 is the first that is made, and so on: another spelling of the same. */
export function renumbered(schedule: Schedule): Schedule {
  const numbers = new Map<number, number>();
  return mapOperations(schedule, (operation) => {
    if (!("object" in operation)) return operation;
    const number = numbers.get(operation.object) ?? numbers.size;
    numbers.set(operation.object, number);
    return { ...operation, object: number };
  });
}

/** Schedules that are smaller by one cut, the deepest cuts first; all of them can be run. */
export function smallerSchedules(schedule: Schedule): readonly Schedule[] {
  const { steps } = schedule;
  const count = steps.flatMap(({ operations }) => operations).length;
  const cuts = [...new Set([Math.ceil(count / 2), 2, 1])].filter((size) => size < count);
  const candidates = [
    { ...schedule, steps: steps.map(withoutFault) },
    ...steps.map((step, index) => ({ ...schedule, steps: steps.with(index, withoutFault(step)) })),
    ...cuts
      .toSorted((one, other) => other - one)
      .flatMap((size) =>
        Array.from({ length: count - size + 1 }, (_, from) => withoutOperations(schedule, from, size)),
      ),
    mapOperations(schedule, withoutGap),
    ...merged(schedule),
    ...Array.from({ length: count }, (_, at) =>
      mapOperations(schedule, (operation, index) => (index === at ? withoutGap(operation) : operation)),
    ),
  ];
  const smaller = candidates
    .flatMap((candidate) => repaired(candidate) ?? [])
    .map(renumbered)
    .filter((candidate) => sizeOf(candidate) < sizeOf(schedule));
  return [...new Map(smaller.map((candidate) => [JSON.stringify(candidate), candidate])).values()];
}

export interface ShrinkOptions {
  /** How many candidates are tried at once. */
  readonly lanes: number;
  /** Runs a candidate: whether it shows the same. The same candidate may be asked for again: an answer is worth keeping. */
  readonly shows: (candidate: Schedule, lane: number) => Promise<boolean>;
  /** True when time is up: what was reached so far is the result. */
  readonly isOver: () => boolean;
  readonly found?: (smaller: Schedule) => void;
}

/**
 * Cuts a schedule down as long as what is left shows the same. Candidates are tried in a fixed order and the
 * first that shows it is gone on with, so that equal verdicts lead to the same result on any number of lanes.
 *
 * @returns the smallest that was seen to show it; `isComplete` where no single cut makes it smaller still
 */
export async function shrink(
  schedule: Schedule,
  options: ShrinkOptions,
): Promise<{ readonly schedule: Schedule; readonly isComplete: boolean }> {
  let best = schedule;
  for (;;) {
    const open = smallerSchedules(best);
    let next: Schedule | undefined;
    for (let from = 0; from < open.length && next === undefined; from += options.lanes) {
      if (options.isOver()) return { schedule: best, isComplete: false };
      const batch = open.slice(from, from + options.lanes);
      const shown = await Promise.all(batch.map(options.shows));
      next = batch.find((_, index) => shown[index]);
    }
    if (next === undefined) return { schedule: best, isComplete: !options.isOver() };
    best = next;
    options.found?.(best);
  }
}
