import { join } from "node:path";
import { answerErrand } from "../../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import type { AttemptResult } from "../../../harness/model/attempt-result.ts";
import type { Plan } from "../../../harness/model/plan.ts";
import type { Recording } from "../../../harness/model/recording.ts";
import type { Finding, OracleName } from "../../../harness/model/verdict.ts";
import { readableByEngines } from "../../../harness/program/places.ts";
import { runAttempt } from "../../../harness/run/attempt.ts";
import { crashPlans } from "../../../harness/run/crash-points.ts";
import { engineLabel } from "../../../harness/run/pick-engines.ts";
import { type PlannedAttempt, sealAttempts } from "../../../harness/run/select.ts";
import { scrub } from "../../../report/scrub.ts";
import { checkout, planRun } from "../../../scripts/conformance/plan-run.ts";
import type { MutantNeed } from "./mutant.ts";

/** A mutant, or the sound engine, on a scenario, with what the nemesis does to it. */
export interface Trial {
  readonly mutant?: string;
  /** The oracle that is meant for the mutant: once it has seen it, no further attempt is made. */
  readonly oracle?: OracleName;
  readonly scenario: string;
  readonly needs?: MutantNeed;
}

export interface TrialResult extends Trial {
  /** Of every attempt that was made of it. */
  readonly verdicts: readonly string[];
  readonly findings: readonly Finding[];
  /** For whoever has to find out why. */
  readonly detail: readonly string[];
}

/** What is tried, so many at once. */
export interface Trials {
  readonly trials: readonly Trial[];
  readonly lanes: number;
}

const program = join(checkout, "engines/reference/main.ts");
const { signal } = new AbortController();
type Run = (plan: Plan, reference?: Recording) => Promise<AttemptResult>;

/** The profile of the scenario's area, which also has what is Extended. */
function profileOf(scenario: string): string {
  const [area = ""] = scenario.split("-");
  const profiles: Readonly<Record<string, string>> = {
    input: "policy-input",
    egress: "egress-snat",
    route: "route-table",
    address: "service-address",
    fip: "fip-nat",
    svip: "ipvs-service",
  };
  return profiles[area] ?? "service-rules";
}

async function planTrial({ mutant, scenario, needs }: Trial): Promise<PlannedAttempt> {
  const engine =
    needs?.kind === "upgrade" ? `reference@${[...needs.from, needs.to].join("..")}` : "reference";
  const option = mutant === undefined ? [] : ["--engine-option", `mutant=${mutant}`];
  const argv = ["--engine", engine, ...option, "--profile", profileOf(scenario), "--scenario", scenario];
  const { selection, problems } = await planRun(argv, 5);
  const digests = new Map(selection.picks.map((pick) => [engineLabel(pick.selection), "0".repeat(64)]));
  const [attempt, ...others] = sealAttempts(selection.attempts, digests);
  if (!attempt || others.length > 0 || problems.length > 0)
    throw new Error(`${argv.join(" ")}: not one attempt. ${problems.join(" ")}`);
  return attempt;
}

function findingsOf({ verdict }: AttemptResult): readonly Finding[] {
  return "findings" in verdict ? verdict.findings : [];
}

/** The attempts of a trial: without a need, one; else those that the need asks for, each judged against a fault-free one. */
async function attemptsOf({ needs, oracle }: Trial, plan: Plan, run: Run): Promise<readonly AttemptResult[]> {
  if (needs === undefined) return [await run(plan)];
  if (needs.kind === "upgrade") {
    const { fresh: _, ...upgraded } = plan;
    const fresh = await run(plan);
    return [fresh, await run({ ...upgraded, id: plan.world ?? plan.id }, fresh.recording)];
  }
  const isSweep = needs.kind === "crash-points";
  const world = plan.id;
  const reference = await run({ ...plan, world, ...(isSweep ? { indexed: true } : {}) });
  if (reference.recording === undefined) return [reference];
  const plans = isSweep
    ? crashPlans(reference.recording)
        .map((crash) => crash.plan)
        .filter(({ faults }) => faults?.[0]?.step === needs.step)
    : [{ ...plan, id: `${plan.id}.faults`, world, faults: needs.faults }];
  const results: AttemptResult[] = [];
  for (const each of plans) {
    const result = await run(each, reference.recording);
    results.push(result);
    if (findingsOf(result).some((finding) => finding.oracle === oracle)) break;
  }
  return results;
}

function describe(trial: Trial, results: readonly AttemptResult[]): TrialResult {
  const verdicts = results.map(({ verdict }) => verdict);
  const findings = results.flatMap(findingsOf);
  return {
    ...trial,
    verdicts: verdicts.map(({ kind }) => kind),
    findings,
    detail: [
      ...verdicts.flatMap((verdict) => {
        if (verdict.kind === "error") return [verdict.cause.message];
        return verdict.kind === "not-exercised" ? [`${verdict.reason}: ${verdict.detail}`] : [];
      }),
      ...findings.map(({ oracle, why, step, item }) => `${oracle} in ${step}: ${why} ${item?.text ?? ""}`),
    ],
  };
}

await answerErrand<Trials>(
  ({ lanes }) => lanes,
  async ({ trials, lanes }, pool) => {
    const results: TrialResult[] = [];
    const attempt = async (trial: Trial): Promise<void> => {
      const { plan, scenario, pick } = await planTrial(trial);
      const run: Run = (each, reference) => {
        const input = {
          plan: each,
          scenario,
          engine: pick.engine,
          program,
          earlierPrograms: (pick.selection.from ?? []).map(() => program),
          readable: readableByEngines(),
          hidden: [],
          report: (): void => undefined,
          signal,
          ...(reference === undefined ? {} : { reference }),
        };
        return runAttempt(input, pool, scrub);
      };
      const result = describe(trial, await attemptsOf(trial, plan, run));
      const told = [...result.verdicts, ...new Set(result.findings.map(({ oracle }) => oracle))].join(", ");
      process.stderr.write(`${trial.mutant ?? "sound"} on ${trial.scenario}: ${told}\n`);
      results.push(result);
    };
    const queue = [...trials];
    const work = async (): Promise<void> => {
      for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) await attempt(trial);
    };
    await Promise.all(Array.from({ length: lanes }, work));
    return results;
  },
);
