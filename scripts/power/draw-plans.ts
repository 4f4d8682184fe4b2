import { eventsOf, type Recording } from "../../harness/model/recording.ts";
import type { Plan } from "../../harness/model/plan.ts";
import { crashPlans } from "../../harness/run/crash-points.ts";
import { type Draw, drawFromSeed } from "../../harness/run/draw.ts";
import type { PlannedAttempt } from "../../harness/run/select.ts";
import type { Way } from "./ways.ts";

/** A scenario that was run without a fault: what the kills are drawn from. */
export interface Ground {
  /** The attempt in which every write was looked at. */
  readonly index: PlannedAttempt;
  readonly indexed: Recording;
  /** Of the same world, at the engine's own pace. */
  readonly plain: Recording;
  /** Directory of the index attempt, which the kills are judged against. */
  readonly reference: string;
}

/** A stretch of a step in which the engine of a node ran, and could be killed. */
export interface Window {
  readonly step: string;
  readonly node: number;
  /** From the step's operations until it had settled, in ms. */
  readonly durationMs: number;
  /** Whether a step of the scenario comes after it. */
  readonly isFollowed: boolean;
}

/** Whether an event is an operation of the step, or the end of one: the engine works by itself after the last. */
function isOperation(event: Recording["events"][number]): boolean {
  return event.kind === "write" || (event.kind === "engine" && event.state !== "exited");
}

/** Where a kill at any time could come. Pure. */
export function windowsOf({ events, ...rest }: Recording): readonly Window[] {
  const nodes = eventsOf({ events, ...rest }, "begin")[0]?.nodes ?? [];
  const steps = eventsOf({ events, ...rest }, "step").flatMap(({ step, state }) =>
    state === "begin" && (step === "<start>" || !step.startsWith("<")) ? [step] : [],
  );
  return steps.flatMap((step, place) => {
    const isEdge = (state: "begin" | "end") => (event: Recording["events"][number]) =>
      event.kind === "step" && event.step === step && event.state === state;
    const [first, last] = [events.findIndex(isEdge("begin")), events.findIndex(isEdge("end"))];
    const own = events.slice(first, last + 1);
    const sent = own.findLastIndex(isOperation);
    const fromMs = own[Math.max(sent, 0)]?.atMs ?? 0;
    const untilMs = (own.find(({ kind }) => kind === "quiet") ?? own.at(-1))?.atMs ?? fromMs;
    return nodes.flatMap(({ name }, node) => {
      const life = events
        .slice(0, last + 1)
        .findLast((event) => event.kind === "engine" && event.node === name);
      const isUp = life?.kind === "engine" && ["spawned", "ready"].includes(life.state);
      if (!isUp) return [];
      const isFollowed = place + 1 < steps.length;
      return [{ step, node, durationMs: Math.max(0, untilMs - fromMs), isFollowed }];
    });
  });
}

/** `items` in an order that is drawn. */
function shuffled<T>(items: readonly T[], draw: Draw): readonly T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(draw(left.length), 1));
}

function follow({ index, reference }: Ground, plan: Plan): PlannedAttempt {
  const { leadsTo: _, ...attempt } = index;
  return { ...attempt, role: "crash-point", reference, plan };
}

/** Kills at times that are drawn: there is always one more. */
function* randomPlans(ground: Ground, draw: Draw): Generator<PlannedAttempt> {
  const windows = windowsOf(ground.plain);
  const { indexed: _, ...base } = ground.index.plan;
  for (let number = 1; ; number++) {
    const window = windows[draw(windows.length)];
    if (window === undefined) return;
    const { step, node, durationMs, isFollowed } = window;
    const ms = draw(Math.ceil(durationMs) + 1);
    const heal = draw(2) === 1 && isFollowed ? "next-step" : "same-step";
    const trigger = { at: "elapsed", ms } as const;
    const fault = { action: { kind: "kill", scope: "tree" }, step, node, trigger, heal } as const;
    const id = `${base.world ?? base.id}.random-${String(number).padStart(3, "0")}`;
    yield follow(ground, { ...base, id, faults: [fault] });
  }
}

const families = { "kernel-writes": "kill", "api-writes": "api-kill" } as const;

/** How many places to strike a scenario's recording has; undefined where there is always one more. Pure. */
export function placesOf(way: Way, { indexed }: Ground): number | undefined {
  return way === "random-times" ? undefined : crashPlans(indexed, [families[way]]).length;
}

function plansOf(way: Way, ground: Ground, seed: string): Iterator<PlannedAttempt> {
  const draw = drawFromSeed(`${seed}/${ground.index.plan.id}`);
  if (way === "random-times") return randomPlans(ground, draw);
  const plans = crashPlans(ground.indexed, [families[way]]).map(({ plan }) => plan);
  return shuffled(plans, draw)
    .map((plan) => follow(ground, plan))
    .values();
}

/**
 * The attempts of one way, in the order in which they are tried: one of each scenario in turn, scenarios and
 * their kills in an order that the seed alone decides.
 */
export function* drawPlans(way: Way, grounds: readonly Ground[], seed: number): Generator<PlannedAttempt> {
  // The scenarios of all ways are in the same order: none of them is lucky.
  const order = shuffled(grounds, drawFromSeed(`${seed}/power`));
  let left = order.map((ground) => plansOf(way, ground, `${seed}/power/${way}`));
  while (left.length > 0) {
    const round: Iterator<PlannedAttempt>[] = [];
    for (const plans of left) {
      const next = plans.next();
      if (next.done === true) continue;
      round.push(plans);
      yield next.value;
    }
    left = round;
  }
}
