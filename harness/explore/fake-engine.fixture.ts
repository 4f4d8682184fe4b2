import type { AttemptResult } from "../model/attempt-result.ts";
import type { Plan } from "../model/plan.ts";
import type { Schedule } from "../model/schedule.ts";
import type { Finding } from "../model/verdict.ts";
import type { RunnerOptions } from "./runner.ts";

/** What a fake engine gets wrong: the rule that stays, where the schedule has what brings it about. */
export type Bug = readonly [rule: string, isHit: (schedule: Schedule) => boolean];

function findingOf(rule: string, step: string): Finding {
  return {
    oracle: "retired-identity",
    level: "core",
    node: "n1",
    item: {
      family: "iptables-nft",
      table: "nat",
      chain: "X",
      kind: "rule",
      text: `-A X ${rule}`,
      tokens: [],
    },
    why: "it stays",
    step,
  };
}

/** The verdict of an engine with these bugs on a plan: its rules are found in the schedule's last step. */
function resultOf(plan: Plan, bugs: readonly Bug[]): AttemptResult {
  const { schedule } = plan;
  if (!schedule) throw new Error("the search made a plan without a schedule");
  const step = `step-${schedule.steps.length}`;
  const found = bugs.filter(([, isHit]) => isHit(schedule)).map(([rule]) => findingOf(rule, step));
  const [first, ...rest] = found;
  return {
    plan,
    verdict: first === undefined ? { kind: "pass" } : { kind: "fail", findings: [first, ...rest] },
    recording: { schemaVersion: 1, plan, events: [], snapshots: {} },
    engineLogs: {},
    startedAt: "2026-09-01T10:00:00.000Z",
    durationMs: 1,
  };
}

/** A search for the fake engine, and the plans that it was given, in order. */
export function fakeRun(...bugs: readonly Bug[]): RunnerOptions & { readonly plans: Plan[] } {
  const plans: Plan[] = [];
  return {
    plans,
    base: {
      engine: { name: "fake", variant: "default", options: {} },
      engineDigest: "0".repeat(64),
      limits: { convergenceMs: 1_000, apiOutageMs: 1_000, exitMs: 1_000 },
      seed: 7,
    },
    idPrefix: "fake",
    settingsOf: () => ({}),
    async runPlan(plan) {
      plans.push(plan);
      // Later plans may end earlier: nothing may depend on the order.
      await new Promise((resolve) => setTimeout(resolve, plans.length % 2));
      return resultOf(plan, bugs);
    },
  };
}

/** An object that was there when the engine went down is deleted before it comes back. */
export const deletedWhileDown: Bug = [
  "-s deleted-while-down",
  ({ steps }) => {
    const live = new Set<number>();
    let watched: ReadonlySet<number> = new Set();
    for (const operation of steps.flatMap(({ operations }) => operations)) {
      if (operation.op === "create") live.add(operation.object);
      if (operation.op === "kill" || operation.op === "terminate") watched = new Set(live);
      if (operation.op === "start") watched = new Set();
      if (operation.op !== "delete") continue;
      if (watched.has(operation.object)) return true;
      live.delete(operation.object);
    }
    return false;
  },
];

/** An engine that a fault killed misses the move of what was there before. */
export const movedUnderFault: Bug = [
  "-s moved-under-fault",
  ({ steps }) =>
    steps.some(({ fault }, index) => {
      if (fault?.action.kind !== "kill" || fault.heal !== "next-step") return false;
      const live = new Set<number>();
      for (const operation of steps.slice(0, index + 1).flatMap(({ operations }) => operations)) {
        if (operation.op === "create") live.add(operation.object);
        if (operation.op === "delete") live.delete(operation.object);
      }
      const next = steps[index + 1]?.operations ?? [];
      return next.some((operation) => operation.op === "move" && live.has(operation.object));
    }),
];
