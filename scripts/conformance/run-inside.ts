import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createAuthority } from "../../harness/cluster/sandbox/certificates.ts";
import { createSandboxPool } from "../../harness/cluster/sandbox/pool.ts";
import { assertNoProblems } from "../../harness/errors/problems.ts";
import type { AttemptResult } from "../../harness/model/attempt-result.ts";
import { cacheDirectory } from "../../harness/process/cache-directory.js";
import type { Verdict } from "../../harness/model/verdict.ts";
import { runAttempt } from "../../harness/run/attempt.ts";
import { describeMachine } from "../../harness/run/environment.ts";
import { engineLabel } from "../../harness/run/pick-engines.ts";
import { createProgress, type Progress } from "../../harness/run/progress.ts";
import { startLanes } from "../../harness/run/schedule.ts";
import { type PlannedAttempt, sealAttempts } from "../../harness/run/select.ts";
import { readBaseline } from "../../report/baseline.ts";
import { reportExitCode } from "../../report/conformance.ts";
import { buildManifest } from "../../report/manifest.ts";
import type { RunManifest } from "../../report/manifest-schema.ts";
import { scrub } from "../../report/scrub.ts";
import { openReport } from "../../report/store.ts";
import { renderReport } from "../../report/table.ts";
import { type Payload, readPayload } from "./payload.ts";
import { checkout, type PlannedRun, planRun } from "./plan-run.ts";

/** Files of one run's clusters and nodes: on the sandbox's own tmpfs. */
const scratch = "/run/leakproof";

async function describeRun(
  payload: Payload,
  run: PlannedRun,
  attempts: readonly PlannedAttempt[],
): Promise<RunManifest> {
  const { options, selection } = run;
  const { version } = JSON.parse(await readFile(join(checkout, "package.json"), "utf8")) as {
    version: string;
  };
  const { controlPlane } = payload;
  if (!selection.profile) throw new Error("a run without a profile got this far");
  return buildManifest({
    run: {
      id: payload.runId,
      startedAt: payload.startedAt,
      seed: payload.seed,
      commandLine: [...payload.argv],
      clusters: options.clusters,
      suiteVersion: version,
    },
    profile: selection.profile,
    engines: selection.picks.map(({ engine, selection: picked, argument }) => {
      const label = engineLabel(picked);
      const program = payload.programs[label];
      if (!program) throw new Error(`no program for ${label}`);
      const { path, digest, source } = program;
      const own = source === "project" || source === "control-plane";
      return {
        label,
        argument,
        selection: picked,
        profile: engine.profile(picked),
        program: { sha256: digest, source, ...(own ? {} : { path }) },
      };
    }),
    environment: {
      provider: "sandbox",
      asRoot: options.asRoot,
      ...(await describeMachine()),
      kubernetes: controlPlane.kubeApiserver.version,
      etcd: controlPlane.etcd.version,
      controlPlaneSource: controlPlane.source,
    },
    attempts: attempts.map(({ plan, level, unsupported }) => ({
      plan,
      level,
      engine: engineLabel(plan.engine),
      ...(unsupported === undefined ? {} : { unsupported }),
    })),
  });
}

function unsupportedResult({ plan, unsupported }: PlannedAttempt): AttemptResult | undefined {
  if (unsupported === undefined) return undefined;
  const verdict = { kind: "unsupported", feature: unsupported } as const;
  return { plan, verdict, engineLogs: {}, startedAt: new Date().toISOString(), durationMs: 0 };
}

interface Running {
  readonly payload: Payload;
  readonly run: PlannedRun;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly pool: ReturnType<typeof createSandboxPool>;
}

/** With --keep: leaves an attempt that did not pass as it is until the run is interrupted. */
async function hold(verdict: Verdict, nodes: readonly string[], signal: AbortSignal): Promise<void> {
  if (verdict.kind === "pass" || signal.aborted) return;
  const lines = nodes.map((node) => `  ip netns exec ${node} sh`);
  process.stderr.write(
    `kept: ${verdict.kind}. Inside of the sandbox:\n${lines.join("\n")}\nCtrl-C ends it; nothing is left then.\n`,
  );
  await once(signal, "abort");
}

function runOne(
  { payload, run, progress, signal, pool }: Running,
  attempt: PlannedAttempt,
  lane: number,
): Promise<AttemptResult> {
  const unsupported = unsupportedResult(attempt);
  if (unsupported) return Promise.resolve(unsupported);
  const { plan, scenario, pick } = attempt;
  progress.doing(lane, plan.id, "preparing");
  const program = payload.programs[engineLabel(plan.engine)]?.path ?? "";
  // Tools that were unpacked for this user lie in the cache, which is hidden with the rest of the home.
  const readable = [checkout, process.execPath, join(cacheDirectory(), "tools")].filter((path) =>
    existsSync(path),
  );
  return runAttempt(
    {
      plan,
      scenario,
      engine: pick.engine,
      program,
      readable,
      hidden: [join(checkout, ".git")],
      report: (doing) => progress.doing(lane, plan.id, doing),
      signal,
      ...(run.options.keep ? { hold: (verdict, nodes) => hold(verdict, nodes, signal) } : {}),
    },
    pool,
    scrub,
  );
}

/**
 * The part of a run that is inside of the sandbox: runs every attempt, writes the report and prints it.
 *
 * @param stop - aborted when the outside asks us to end
 * @returns the exit code
 */
export async function runInside(stop: AbortController): Promise<number> {
  const payload = readPayload();
  const run = await planRun(payload.argv, payload.seed);
  // The outside found none: what there is now comes of what this user may not read.
  assertNoProblems(run.problems);
  const { options, selection } = run;
  const digests = new Map(Object.entries(payload.programs).map(([label, { digest }]) => [label, digest]));
  const attempts = sealAttempts(selection.attempts, digests);
  const manifest = await describeRun(payload, run, attempts);
  const store = await openReport({ directory: payload.directory, manifest, secrets: () => [] });
  const lanes = Math.min(options.clusters, attempts.length);
  const print = (line: string): void => void process.stderr.write(`${line}\n`);
  const isTerminal = process.stderr.isTTY === true && process.env["CI"] === undefined;
  const progress = createProgress({ total: attempts.length, lanes, print, isTerminal });
  const { etcd, kubeApiserver } = payload.controlPlane;
  const pool = createSandboxPool({
    size: lanes,
    programs: { etcd: etcd.path, kubeApiserver: kubeApiserver.path },
    authority: await createAuthority(),
    directory: scratch,
  });
  const running: Running = { payload, run, progress, signal: stop.signal, pool };
  const done = async (result: AttemptResult): Promise<void> => {
    await store.append(result);
    progress.finished(result);
  };
  await progress.follow(
    startLanes({
      work: attempts,
      lanes,
      run: (attempt, lane) => runOne(running, attempt, lane),
      done,
      signal: stop.signal,
    }),
  );
  const interrupted = stop.signal.aborted;
  const baseline = options.baseline === undefined ? undefined : await readBaseline(options.baseline);
  const report = await store.finish({ interrupted, ...(baseline === undefined ? {} : { baseline }) });
  if (!interrupted) await pool[Symbol.asyncDispose]();
  process.stdout.write(renderReport(report));
  process.stdout.write(`report: ${join(payload.directory, "conformance-report.yaml")}\n`);
  return reportExitCode(report);
}
