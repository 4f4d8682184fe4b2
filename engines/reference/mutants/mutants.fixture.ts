import { join } from "node:path";
import { answerErrand } from "../../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import type { AttemptResult } from "../../../harness/model/attempt-result.ts";
import { runAttempt } from "../../../harness/run/attempt.ts";
import { engineLabel } from "../../../harness/run/pick-engines.ts";
import { startLanes } from "../../../harness/run/schedule.ts";
import { type PlannedAttempt, sealAttempts } from "../../../harness/run/select.ts";
import { scrub } from "../../../report/scrub.ts";
import { checkout, planRun } from "../../../scripts/conformance/plan-run.ts";

/** One attempt of the reference engine: a mutant on its scenario, or the sound engine. */
export interface Trial {
  readonly mutant?: string;
  readonly scenario: string;
}

export interface TrialResult extends Trial {
  readonly verdict: string;
  readonly oracles: readonly string[];
  /** For whoever has to find out why. */
  readonly detail: readonly string[];
}

const lanes = 2;

async function planTrial({ mutant, scenario }: Trial): Promise<PlannedAttempt> {
  const option = mutant === undefined ? [] : ["--engine-option", `mutant=${mutant}`];
  const argv = ["--engine", "reference", ...option, "--scenario", scenario];
  const { selection, problems } = await planRun(argv, 5);
  const digests = new Map(selection.picks.map((pick) => [engineLabel(pick.selection), "0".repeat(64)]));
  const [attempt, ...others] = sealAttempts(selection.attempts, digests);
  if (!attempt || others.length > 0 || problems.length > 0)
    throw new Error(`${argv.join(" ")}: not one attempt. ${problems.join(" ")}`);
  return attempt;
}

function describe(trial: Trial, { verdict }: AttemptResult): TrialResult {
  const findings = "findings" in verdict ? verdict.findings : [];
  return {
    ...trial,
    verdict: verdict.kind,
    oracles: [...new Set(findings.map(({ oracle }) => oracle))],
    detail: [
      ...(verdict.kind === "error" ? [verdict.cause.message] : []),
      ...findings.map(({ oracle, why, item }) => `${oracle}: ${why} ${item?.text ?? ""}`),
    ],
  };
}

await answerErrand<readonly Trial[]>(lanes, async (trials, pool) => {
  const { signal } = new AbortController();
  const results: TrialResult[] = [];
  const run = async (trial: Trial): Promise<AttemptResult> => {
    const { plan, scenario, pick } = await planTrial(trial);
    const program = join(checkout, "engines/reference/main.ts");
    const readable = [checkout, process.execPath];
    const report = (): void => undefined;
    const input = {
      plan,
      scenario,
      engine: pick.engine,
      program,
      readable,
      hidden: [],
      report,
      signal,
    };
    const result = await runAttempt(input, pool, scrub);
    results.push(describe(trial, result));
    return result;
  };
  await Promise.all(startLanes({ work: trials, lanes, run, done: async () => undefined, signal }));
  return results;
});
