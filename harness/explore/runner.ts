import { createHash } from "node:crypto";
import type { AttemptResult } from "../model/attempt-result.ts";
import type { PlannedFault } from "../model/fault.ts";
import type { Plan } from "../model/plan.ts";
import type { Schedule } from "../model/schedule.ts";
import type { Settings } from "../model/scenario.ts";
import { type Finding, findingKey, type Verdict } from "../model/verdict.ts";
import { plannedFaults, withoutRecorded } from "./strikes.ts";

export interface RunnerOptions {
  /** What all plans of the search have in common. */
  readonly base: Pick<Plan, "engine" | "engineDigest" | "limits" | "seed">;
  /** First part of the plans' ids: `kube-vip@v0.8.5-rt`. */
  readonly idPrefix: string;
  /** Settings of the scenario that a schedule becomes. */
  readonly settingsOf: (schedule: Schedule) => Settings;
  /** Runs a plan as a run does: its scenario is made of `plan.schedule`. */
  readonly runPlan: (plan: Plan, lane: number) => Promise<AttemptResult>;
}

/** What became of a schedule. */
interface Outcome {
  /** Absent where a fault of it has no point to strike: it was not run. */
  readonly result?: AttemptResult;
  /** What it shows: keys of the findings that fail it, those of rules first. */
  readonly keys: readonly string[];
}

/** Runs schedules, each once. */
export interface Runner {
  run(schedule: Schedule, lane: number): Promise<Outcome>;
  /** How many attempts were made so far. */
  attempts(): number;
  verdicts(): Readonly<Partial<Record<Verdict["kind"], number>>>;
}

/** The same schedule has the same name in every search. */
function nameOf(schedule: Schedule): string {
  return createHash("sha256").update(JSON.stringify(schedule)).digest("hex").slice(0, 10);
}

/** What a finding is called in a search: its step is not a part of it, since steps are left out and renamed. */
function exploredKey(finding: Finding): string {
  return findingKey("explored", { ...finding, step: "*" });
}

/** What is wrong with a rule tells more of a cause than what it does to packets. */
function keysOf(verdict: Verdict): readonly string[] {
  if (verdict.kind !== "fail") return [];
  const core = verdict.findings.filter(({ level }) => level === "core");
  const first = core.filter(({ item }) => item !== undefined);
  return [...new Set([...first, ...core].map(exploredKey))];
}

export function createRunner({ base, idPrefix, settingsOf, runPlan }: RunnerOptions): Runner {
  const known = new Map<string, Promise<Outcome>>();
  const recordings = new Map<string, Promise<AttemptResult>>();
  const verdicts: Partial<Record<Verdict["kind"], number>> = {};
  let attempts = 0;
  const attempt = async (
    schedule: Schedule,
    lane: number,
    extra: Pick<Plan, "indexed" | "faults">,
  ): Promise<AttemptResult> => {
    attempts += 1;
    const result = await runPlan(
      {
        schemaVersion: 1,
        id: `${idPrefix}.explored-${nameOf(schedule)}${extra.indexed === true ? ".index" : ""}`,
        scenario: `explored-${schedule.feature}`,
        ...base,
        settings: settingsOf(schedule),
        // One world for all: a point that one attempt recorded is one of the next.
        world: "explored",
        schedule,
        ...extra,
      },
      lane,
    );
    verdicts[result.verdict.kind] = (verdicts[result.verdict.kind] ?? 0) + 1;
    return result;
  };
  const planFaults = async (
    schedule: Schedule,
    lane: number,
  ): Promise<readonly PlannedFault[] | undefined> => {
    const bare = withoutRecorded(schedule);
    if (bare === undefined) return plannedFaults(schedule);
    const key = JSON.stringify(bare);
    const faults = plannedFaults(bare) ?? [];
    const record = (): Promise<AttemptResult> =>
      attempt(bare, lane, { indexed: true, ...(faults.length > 0 && { faults }) });
    if (!recordings.has(key)) recordings.set(key, record());
    const { recording } = (await recordings.get(key)) ?? {};
    return recording && plannedFaults(schedule, recording);
  };
  const runOnce = async (schedule: Schedule, lane: number): Promise<Outcome> => {
    const faults = await planFaults(schedule, lane);
    if (faults === undefined) return { keys: [] };
    const result = await attempt(schedule, lane, faults.length > 0 ? { faults } : {});
    return { result, keys: keysOf(result.verdict) };
  };
  return {
    run(schedule, lane) {
      const key = JSON.stringify(schedule);
      const outcome = known.get(key) ?? runOnce(schedule, lane);
      known.set(key, outcome);
      return outcome;
    },
    attempts: () => attempts,
    verdicts: () => verdicts,
  };
}
