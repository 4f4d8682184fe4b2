import { existsSync } from "node:fs";
import { join } from "node:path";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import type { Plan } from "../../harness/model/plan.ts";
import type { Scenario } from "../../harness/model/scenario.ts";
import type { DraftAttempt } from "../../harness/run/select.ts";
import { readPlan, readVerdict } from "../../report/read-run.ts";
import { isShown, referenceAttempt, restartedAttempt } from "../../report/reference-attempt.ts";
import type { ReportedAttempt } from "../../report/schema.ts";
import { scenarios } from "../../scenarios/all.ts";
import { scenarioOf } from "../../scenarios/explored/scenario-of.ts";
import type { ReplayRequest } from "../conformance/payload.ts";
import { planRun } from "../conformance/plan-run.ts";

/** What is run again, and what came of it the first time. */
export interface RecordedAttempt {
  readonly plan: Plan;
  readonly entry: ReportedAttempt;
}

/**
 * Reads a plan and the verdict beside it.
 *
 * @param directory - of the attempt
 * @throws {HarnessError} `args/bad-plan`
 */
export async function readRecorded(directory: string): Promise<RecordedAttempt> {
  const bad = (what: string): HarnessError =>
    new HarnessError(
      "args/bad-plan",
      `${what}\nFix: give the directory of an attempt, out/RUN-ID/attempts/ID, or the plan.json in it.`,
    );
  const plan = await readPlan(join(directory, "plan.json"));
  if (plan === undefined) throw bad(`${directory} has no plan.json.`);
  const entry = await readVerdict(directory);
  if (entry === undefined) throw bad(`${directory} has no verdict.json to compare with.`);
  if (entry.verdict.kind === "unsupported") throw bad(`${plan.id} was not run: it is unsupported.`);
  return { plan, entry };
}

/** Id of the `time`-th replay, from 1. */
export function replayId(plan: Plan, time: number): string {
  return `${plan.id}.t${time}`;
}

/** The recordings that the attempt is judged against, where they are still beside it: without a fault, and with clean restarts. */
export async function referenceDirectories(
  directory: string,
  plan: Plan,
): Promise<Pick<DraftAttempt, "reference" | "restarted">> {
  const beside = (id: string | undefined): string | undefined => {
    const path = id === undefined ? undefined : join(directory, "..", id);
    return path !== undefined && existsSync(join(path, "recording.jsonl")) ? path : undefined;
  };
  const [reference, restarted] = [beside(referenceAttempt(plan)), beside(restartedAttempt(plan))];
  const entry = restarted === undefined ? undefined : await readVerdict(restarted);
  return {
    ...(reference === undefined ? {} : { reference }),
    ...(restarted !== undefined && entry !== undefined && isShown(entry) ? { restarted } : {}),
  };
}

function findScenario({ scenario, schedule }: Plan): Scenario | HarnessError {
  if (schedule !== undefined) return scenarioOf(schedule);
  const found = scenarios.find(({ name }) => name === scenario);
  const what = `the plan is of the scenario "${scenario}", which does not exist.`;
  return (
    found ?? new HarnessError("args/bad-plan", `${what}\nFix: use the version of this suite that made it.`)
  );
}

async function draftsOf(
  { plan, entry }: RecordedAttempt,
  { directory, times }: ReplayRequest,
  chosen: Pick<DraftAttempt, "pick" | "scenario" | "beside">,
): Promise<readonly DraftAttempt[]> {
  const { engineDigest: _, ...draft } = plan;
  const { pick } = chosen;
  const references = await referenceDirectories(directory, plan);
  return Array.from({ length: times }, (__, index) => ({
    draft: { ...draft, id: replayId(plan, index + 1), world: plan.world ?? plan.id, engine: pick.selection },
    level: entry.level,
    ...chosen,
    ...(entry.role === undefined ? {} : { role: entry.role }),
    ...references,
  }));
}

/**
 * What a replay runs: its command line says which engine and how, the plan says the rest.
 *
 * @param argv - arguments of a conformance run, with one engine
 */
export async function planReplay(
  argv: readonly string[],
  seed: number,
  request: ReplayRequest,
): Promise<Awaited<ReturnType<typeof planRun>>> {
  const run = await planRun(argv, seed);
  const recorded = await readRecorded(request.directory);
  const [pick] = run.selection.picks;
  const scenario = findScenario(recorded.plan);
  if (pick === undefined || scenario instanceof HarnessError) {
    const attempts: readonly DraftAttempt[] = [];
    const more = scenario instanceof HarnessError ? [scenario] : [];
    return { ...run, selection: { ...run.selection, attempts }, problems: [...run.problems, ...more] };
  }
  const { beside } = run.selection;
  const attempts = await draftsOf(recorded, request, {
    pick,
    scenario,
    ...(beside === undefined ? {} : { beside }),
  });
  return { ...run, strikes: [], selection: { ...run.selection, attempts } };
}
