import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { answerErrand } from "../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import type { ClusterPool } from "../../harness/cluster/cluster.ts";
import { clusterInterface } from "../../harness/cluster/sandbox/node-network.ts";
import { createRunner } from "../../harness/explore/runner.ts";
import type { AttemptResult } from "../../harness/model/attempt-result.ts";
import type { Plan } from "../../harness/model/plan.ts";
import type { Schedule } from "../../harness/model/schedule.ts";
import { writeEngineFiles } from "../../harness/node/engine-files.ts";
import { inNamespace } from "../../harness/node/in-namespace.ts";
import { run } from "../../harness/process/run.ts";
import { runAttempt } from "../../harness/run/attempt.ts";
import type { AttemptInput } from "../../harness/run/attempt-context.ts";
import { renderKubeconfig } from "../../harness/run/kubeconfig.ts";
import { engineLabel } from "../../harness/run/pick-engines.ts";
import { beginAttempt, furnishAttempt } from "../../harness/run/prepare-attempt.ts";
import { sealAttempts } from "../../harness/run/select.ts";
import { scenarioOf } from "../../scenarios/explored/scenario-of.ts";
import { checkout, planRun } from "../../scripts/conformance/plan-run.ts";
import { scrub } from "../scrub.ts";
import { serveKubectl } from "./kubectl-server.fixture.ts";
import { renderScript } from "./script.ts";
import { quoteLiteral } from "./shell-text.ts";

/** An engine as the command line of a run names it. */
export interface TrialEngine {
  readonly arguments: readonly string[];
  /** Host path of its program. */
  readonly program: string;
}

/** An engine fails on a schedule; its script is run with that engine, and with others. */
export interface Trial {
  readonly engine: TrialEngine;
  /** The first on which it fails is taken. */
  readonly schedules: readonly Schedule[];
  readonly scriptOn: readonly TrialEngine[];
}

export interface TrialResult {
  readonly verdicts: readonly string[];
  readonly finding?: string;
  readonly script: string;
  readonly runs: readonly { readonly exitCode: number; readonly output: string }[];
}

const { signal } = new AbortController();

/** What an attempt with that engine is made of. */
async function inputFor(engine: TrialEngine): Promise<Omit<AttemptInput, "scenario">> {
  const argv = ["--engine", ...engine.arguments, "--scenario", "egress-service-deleted"];
  const { selection, problems } = await planRun(argv, 5);
  const digests = new Map(selection.picks.map((pick) => [engineLabel(pick.selection), "0".repeat(64)]));
  const [attempt] = sealAttempts(selection.attempts, digests);
  if (!attempt) throw new Error(`${argv.join(" ")}: no attempt. ${problems.join(" ")}`);
  const readable = [checkout, process.execPath];
  const report = (): void => undefined;
  const { plan, pick } = attempt;
  return { plan, engine: pick.engine, program: engine.program, readable, hidden: [], report, signal };
}

/** The first schedule on which the engine fails, with what was seen. */
async function findFailure(
  { engine, schedules }: Trial,
  pool: ClusterPool,
): Promise<{ readonly verdicts: readonly string[]; readonly failed?: AttemptResult }> {
  const input = await inputFor(engine);
  const runner = createRunner({
    base: input.plan,
    idPrefix: "trial",
    settingsOf: (schedule) => scenarioOf(schedule).settings,
    runPlan: (plan: Plan) => {
      if (!plan.schedule) throw new Error("a plan without a schedule");
      return runAttempt({ ...input, plan, scenario: scenarioOf(plan.schedule) }, pool, scrub);
    },
  });
  const verdicts: string[] = [];
  for (const schedule of schedules) {
    const { result } = await runner.run(schedule, 0);
    const { verdict } = result ?? {};
    const told =
      verdict && "detail" in verdict
        ? verdict.detail
        : verdict?.kind === "error"
          ? verdict.cause.message
          : "";
    verdicts.push(`${verdict?.kind ?? "no point"} ${told}`.trim());
    if (result?.verdict.kind === "fail") return { verdicts, failed: result };
  }
  return { verdicts };
}

/** Runs a script on a fresh node, as a maintainer would: with a cluster, and the command that starts the engine. */
async function runScript(
  script: string,
  { engine, schedule }: { readonly engine: TrialEngine; readonly schedule: Schedule },
  pool: ClusterPool,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  await using cluster = await pool.acquireCluster(signal);
  const input = { ...(await inputFor(engine)), scenario: scenarioOf(schedule) };
  const context = await beginAttempt(input, cluster, 1);
  await furnishAttempt(context);
  const [node] = context.nodes;
  const own = node && context.engines.get(node.ref.name);
  if (!own) throw new Error("no node");
  const directory = await mkdtemp("/run/script-");
  const { access, token } = { access: own.access, token: context.token };
  const { argv, env, files } = input.engine.launch({
    selection: input.plan.engine,
    settings: input.scenario.settings,
    node: node.ref,
    program: input.program,
    home: directory,
    apiServer: access.url,
    apiCa: cluster.ca,
    token,
    kubeconfig: renderKubeconfig(access.url, cluster.ca, token),
    workloadNamespace: context.namespace,
    podCidr: cluster.network.podCidr,
    serviceCidr: cluster.network.serviceCidr,
    serviceCidr6: cluster.network.serviceCidr6,
    interface: clusterInterface,
  });
  await writeEngineFiles(directory, files);
  await using kubectl = await serveKubectl(cluster.api, join(directory, "kubectl.sock"));
  const path = join(directory, "script.sh");
  await writeFile(path, script);
  const start = [...Object.entries(env).map(([key, value]) => `${key}=${value}`), ...argv];
  const result = await run([...inNamespace(node.ref.name), "bash", path], {
    timeoutMs: 200_000,
    allowFailure: true,
    env: {
      ENGINE: start.map(quoteLiteral).join(" "),
      KUBECTL: kubectl.command,
      // The sandbox's nodes share a host name.
      NODE_0: node.ref.name,
    },
  });
  await access[Symbol.asyncDispose]();
  return { exitCode: result.exitCode, output: `${result.stdout}${result.stderr}` };
}

await answerErrand<readonly Trial[]>(1, async (trials, pool) => {
  const results: TrialResult[] = [];
  for (const trial of trials) {
    const { verdicts, failed } = await findFailure(trial, pool);
    if (failed?.verdict.kind !== "fail" || !failed.recording || !failed.plan.schedule) {
      results.push({ verdicts, script: "", runs: [] });
      continue;
    }
    const finding = failed.verdict.findings.find(({ oracle }) => oracle === "retired-identity");
    const script = renderScript(failed.recording, finding);
    const runs = [];
    for (const engine of trial.scriptOn)
      runs.push(await runScript(script, { engine, schedule: failed.plan.schedule }, pool));
    results.push({ verdicts, script, runs, ...(finding && { finding: finding.item?.text ?? finding.why }) });
  }
  return results;
});
