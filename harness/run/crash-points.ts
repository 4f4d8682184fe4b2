import type { KernelWritePoint, PlannedFault, StateParts } from "../model/fault.ts";
import type { FaultFamily } from "../model/fault-family.ts";
import type { Plan } from "../model/plan.ts";
import { eventsOf, type EventOf, placedOf, type Recording } from "../model/recording.ts";
import { comparableText } from "../oracle/comparable.ts";
import { engineStateAt } from "../oracle/timeline.ts";
import { faultsOfFamily } from "./fault-families.ts";

/** What an indexed attempt shows of the writes in it. */
export interface WriteIndex {
  /** Writes of rules in the scenario's own steps, and in the start. */
  readonly indexed: number;
  /** Those that changed something. */
  readonly effective: number;
  /** Places to strike: of writes that lead to the same state in the same step, the first. */
  readonly points: readonly CrashPoint[];
}

/** A state between two writes of the engine. */
export interface CrashPoint {
  readonly step: string;
  /** Index of the node. */
  readonly node: number;
  readonly point: KernelWritePoint;
}

/** A plan to strike at one point, made from a fault-free one. */
export interface CrashPlan {
  readonly plan: Plan;
  /** `kill after write 5 of created on node 0 (IPT_SO_SET_REPLACE mangle by iptables -A ...), until the next step's operations were sent`. */
  readonly title: string;
}

/** Steps of the harness itself after the scenario's are no place to strike. */
const notStruck = new Set(["<plant>", "<canary>", "<empty>"]);

interface IndexedWrite {
  readonly write: EventOf<"kernel-write">;
  readonly state: EventOf<"kernel-state">;
  readonly isEffective: boolean;
  /** Those parts of the state that it changed. */
  readonly changed: StateParts;
}

function changedParts(before: StateParts = {}, after: StateParts = {}): StateParts {
  const all = Object.keys({ ...before, ...after });
  return Object.fromEntries(
    all.flatMap((part) => (before[part] === after[part] ? [] : [[part, after[part] ?? ""]])),
  );
}

/** The writes of a node with the state that each led to, in order. */
function indexedWrites(recording: Recording, node: string): readonly IndexedWrite[] {
  const writes = new Map(
    eventsOf(recording, "kernel-write").flatMap((write) =>
      write.node === node ? [[write.index, write]] : [],
    ),
  );
  const states = eventsOf(recording, "kernel-state").filter((state) => state.node === node);
  return states.flatMap((state, position) => {
    const write = writes.get(state.index);
    if (write === undefined) return [];
    const before = states[position - 1];
    const changed = changedParts(before?.parts, state.parts);
    return [{ write, state, isEffective: before?.digest !== state.digest, changed }];
  });
}

function pointsOfStep(
  recording: Recording,
  { step, node, writes }: { step: string; node: number; writes: readonly IndexedWrite[] },
): readonly CrashPoint[] {
  const comparable = comparableText(recording);
  const seen = new Set<string>();
  const times = new Map<string, number>();
  return writes.flatMap(({ write, state, isEffective, changed: parts }, position) => {
    const argv = write.argv.map(comparable);
    const name = JSON.stringify([write.what, argv]);
    const occurrence = (times.get(name) ?? 0) + 1;
    times.set(name, occurrence);
    if (!isEffective || seen.has(state.state)) return [];
    seen.add(state.state);
    const point = { what: write.what, argv, occurrence, index: position + 1, state: state.state, parts };
    return [{ step, node, point }];
  });
}

/** Lists the places to strike. Pure. */
export function writeIndex(recording: Recording): WriteIndex {
  const nodes = eventsOf(recording, "begin")[0]?.nodes ?? [];
  const steps = [...new Set(eventsOf(recording, "step").map(({ step }) => step))].filter(
    (step) => !notStruck.has(step),
  );
  const all = nodes.map(({ name }) => indexedWrites(recording, name));
  const own = all.flat().filter(({ state }) => steps.includes(state.step));
  const points = steps.flatMap((step) =>
    all.flatMap((writes, node) =>
      pointsOfStep(recording, { step, node, writes: writes.filter(({ state }) => state.step === step) }),
    ),
  );
  return { indexed: own.length, effective: own.filter(({ isEffective }) => isEffective).length, points };
}

/**
 * The attempt that differs from a fault-free one by nothing but a clean restart of the engine at the end of each step in
 * which it runs: what it leaves is as good. Pure.
 *
 * @returns undefined where the engine runs in no step to its end
 */
export function restartedPlan(index: Recording): Plan | undefined {
  const { indexed: _, ...plan } = index.plan;
  const base = plan.id.replace(/\.index$/, "");
  const nodes = eventsOf(index, "begin")[0]?.nodes ?? [];
  const faults = placedOf(index, "step").flatMap(({ event: { step, state }, index: at }): PlannedFault[] => {
    const isUp = nodes.every(({ name }) => engineStateAt(index, name, at) === "running");
    if (state !== "end" || step.startsWith("<") || !isUp) return [];
    const action = { kind: "kill", scope: "tree" } as const;
    return [{ action, step, node: "all", trigger: { at: "settled" }, heal: "same-step" }];
  });
  if (faults.length === 0) return undefined;
  return { ...plan, id: `${base}.restarted`, world: plan.world ?? base, faults };
}

function whereOf({ step, node, trigger, heal }: PlannedFault): string {
  const place = `${step} on ${node === "all" ? "all nodes" : `node ${node}`}`;
  const until = heal === "same-step" ? "" : ", until the next step's operations were sent";
  switch (trigger.at) {
    case "step-begin":
      return `before ${place}${until}`;
    case "operations-sent":
      return `as ${place} begins${until}`;
    case "elapsed":
      return `${trigger.ms} ms after ${place} has begun${until}`;
    case "settled":
      return `after ${place} has settled${until}`;
    case "nth-write":
      return `at write ${trigger.nth} that follows in ${place}${until}`;
    case "kernel-write": {
      const { what, argv, index } = trigger.point;
      return `after write ${index} of ${place} (${what} by ${argv.join(" ")})${until}`;
    }
    case "api-write": {
      const { method, path, answer } = trigger.point;
      return `at ${method} ${path} of ${place} (${answer})${until}`;
    }
  }
}

/**
 * The attempts that strike at every place of an indexed recording: by default with a kill, before the first
 * write of a step and after each that leaves another state; started at once, and, where a step follows,
 * only after that step's operations, so that the world has moved on. Pure; ids, and with them everything
 * that is drawn by them, follow from the recording alone.
 *
 * @param index - of an attempt with `indexed`
 */
export function crashPlans(
  index: Recording,
  families: readonly FaultFamily[] = ["kill"],
): readonly CrashPlan[] {
  const { indexed: _, ...plan } = index.plan;
  const base = plan.id.replace(/\.index$/, "");
  const all = eventsOf(index, "step").flatMap(({ step, state }) => (state === "begin" ? [step] : []));
  const steps = all.filter((step) => !step.startsWith("<"));
  const followed = all.filter((_step, at) => steps.includes(all[at + 1] ?? ""));
  const ground = { index, points: writeIndex(index).points, steps, followed };
  return families.flatMap((family) =>
    faultsOfFamily(family, ground).map((faults, number) => ({
      title: faults.map((fault) => `${fault.action.kind} ${whereOf(fault)}`).join(", then "),
      plan: {
        ...plan,
        id: `${base}.${family === "kill" ? "crash" : family}-${String(number + 1).padStart(3, "0")}`,
        world: plan.world ?? base,
        faults,
      },
    })),
  );
}
