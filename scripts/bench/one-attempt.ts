import { resolve } from "node:path";
import type { ClusterPool } from "../../harness/cluster/cluster.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import type { AttemptResult } from "../../harness/model/attempt-result.ts";
import { readableByEngines } from "../../harness/program/places.ts";
import { runAttempt } from "../../harness/run/attempt.ts";
import type { AttemptInput } from "../../harness/run/attempt-context.ts";
import { engineLabel } from "../../harness/run/pick-engines.ts";
import { type PlannedAttempt, sealAttempts } from "../../harness/run/select.ts";
import { scrub } from "../../report/scrub.ts";
import { checkout, planRun } from "../conformance/plan-run.ts";

/** One seed, so that every round does the same. */
const seed = 1;

/** The fault-free attempt of an engine in a scenario. */
export async function planAttempt(engine: string, scenario: string): Promise<PlannedAttempt> {
  const { selection, problems } = await planRun(["--engine", engine, "--scenario", scenario], seed);
  const digests = new Map(selection.picks.map((pick) => [engineLabel(pick.selection), "0".repeat(64)]));
  const [attempt] = sealAttempts(selection.attempts, digests);
  const [problem] = problems;
  if (problem) throw problem;
  if (attempt === undefined) throw new HarnessError("run/internal", `${engine} has no ${scenario}.`);
  return attempt;
}

/** Path of an engine's program in this project, or of the one that came with the control plane. */
export function programOf({ pick: { engine } }: PlannedAttempt, kubeProxy?: string): string {
  if (engine.program.kind === "node-script") return resolve(checkout, engine.program.path);
  if (engine.program.kind === "control-plane" && kubeProxy !== undefined) return kubeProxy;
  throw new HarnessError("run/internal", `there is no program of ${engine.name} here.`);
}

/**
 * Runs an attempt as a run would, its verdict and the emptying of the cluster included.
 *
 * @throws {HarnessError} `run/internal` where it did not pass: what another attempt takes is no figure of this one
 */
export async function runOneAttempt(
  pool: ClusterPool,
  { plan, scenario, pick }: PlannedAttempt,
  program: string,
  more: Pick<AttemptInput, "untraced"> = {},
): Promise<AttemptResult> {
  const input: AttemptInput = {
    plan,
    scenario,
    engine: pick.engine,
    program,
    readable: readableByEngines(),
    hidden: [],
    report: () => undefined,
    signal: new AbortController().signal,
    ...more,
  };
  const result = await runAttempt(input, pool, scrub);
  const { verdict } = result;
  if (verdict.kind === "pass") return result;
  const why = verdict.kind === "error" ? verdict.cause.message : verdict.kind;
  throw new HarnessError("run/internal", `the attempt ${plan.id} did not pass: ${why}`);
}
