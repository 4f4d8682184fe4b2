import { explore } from "../../harness/explore/explore.ts";
import type { Plan } from "../../harness/model/plan.ts";
import { type ExploredFeature, exploredFeatures } from "../../harness/model/schedule.ts";
import { type EnginePick, engineLabel } from "../../harness/run/pick-engines.ts";
import type { PlannedAttempt } from "../../harness/run/select.ts";
import type { ReportStore } from "../../report/store.ts";
import { scenarioOf } from "../../scenarios/explored/scenario-of.ts";
import { plannedInput } from "./describe-run.ts";
import type { PlannedRun } from "./plan-run.ts";
import { type Running, runOne } from "./run-one.ts";

interface Search {
  readonly running: Running;
  readonly run: PlannedRun;
  readonly store: ReportStore;
  readonly lanes: number;
  /** For each engine, in ms. */
  readonly budgetMs: number;
  /** An attempt of the run: what is found stands behind it in the report. */
  readonly last: PlannedAttempt;
}

function exploredAttempt(plan: Plan, pick: EnginePick): PlannedAttempt {
  if (plan.schedule === undefined) throw new Error(`the plan ${plan.id} of a search has no schedule`);
  return { plan, scenario: scenarioOf(plan.schedule), pick, level: "extended" };
}

async function exploreEngine(search: Search, pick: EnginePick): Promise<void> {
  const { running, run, store, lanes, budgetMs, last } = search;
  const claimed = pick.engine.profile(pick.selection).features;
  const [first, ...others] = exploredFeatures.filter((feature): feature is ExploredFeature =>
    claimed.includes(feature),
  );
  const label = engineLabel(pick.selection);
  const say = (line: string): void => void process.stderr.write(`explore ${label}: ${line}\n`);
  if (first === undefined) return say("no feature of it has a grammar.");
  const { failures, ...told } = await explore({
    base: {
      engine: pick.selection,
      engineDigest: running.payload.programs[label]?.digest ?? "",
      limits: last.plan.limits,
      seed: run.options.seed,
    },
    idPrefix: label.replace("/", "-"),
    settingsOf: (schedule) => scenarioOf(schedule).settings,
    runPlan: (plan, lane) => runOne(running, exploredAttempt(plan, pick), lane),
    features: [first, ...others],
    seed: run.options.seed,
    budgetMs,
    lanes,
    report: say,
    signal: running.signal,
  });
  for (const { result } of failures) {
    await store.extend(last.plan.id, [plannedInput(exploredAttempt(result.plan, pick))]);
    await store.append(result);
  }
  const verdicts = Object.entries(told.verdicts).map(([kind, count]) => `${count} ${kind}`);
  return say(
    `${told.drawn} schedules drawn, ${told.attempts} attempts (${verdicts.join(", ")}), ${failures.length} distinct failures.`,
  );
}

/**
 * Searches for failures of each engine of the run with schedules that are drawn from its seed. Each failure
 * that is found, shrunk, is an attempt of level `extended` in the report.
 *
 * @param search.budgetMs - for all engines together
 */
export async function exploreEngines(search: Search): Promise<void> {
  const { picks } = search.run.selection;
  for (const pick of picks) {
    if (search.running.signal.aborted) return;
    await exploreEngine({ ...search, budgetMs: search.budgetMs / picks.length }, pick);
  }
}
