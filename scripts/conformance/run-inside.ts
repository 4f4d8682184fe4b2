import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ClusterPool } from "../../harness/cluster/cluster.ts";
import { createAuthority } from "../../harness/cluster/sandbox/certificates.ts";
import { createSandboxPool } from "../../harness/cluster/sandbox/pool.ts";
import { asCalled } from "../../harness/errors/as-called.ts";
import { assertNoProblems } from "../../harness/errors/problems.ts";
import type { RunOptions } from "../../harness/run/options.ts";
import { createProgress, type Progress } from "../../harness/run/progress.ts";
import { startLanes } from "../../harness/run/lanes.ts";
import type { PlannedAttempt } from "../../harness/run/select.ts";
import { testTracer } from "../../harness/trace/self-test.ts";
import { readBaseline } from "../../report/baseline.ts";
import { reportExitCode } from "../../report/conformance.ts";
import { readEarlierRun } from "../../report/read-run.ts";
import { openReport, type ReportStore } from "../../report/store.ts";
import { renderReport } from "../../report/table.ts";
import { readWaivers } from "../../report/waivers.ts";
import { planCorpus } from "../corpus/plan-corpus.ts";
import { planReplay } from "../replay/plan-replay.ts";
import { describeRun, plannedInput } from "./describe-run.ts";
import { describePlanned } from "../../report/manifest.ts";
import { emulatedOnes, guestsOf } from "./guest.ts";
import { openExistingPool } from "./existing-machine.ts";
import { openKindPool } from "./kind-machine.ts";
import { exploreEngines } from "./explore.ts";
import { type Payload, readPayload } from "./payload.ts";
import { type PlannedRun, planRun } from "./plan-run.ts";
import { createReferences, type Running, runOne } from "./run-one.ts";
import { runningOrder } from "./running-order.ts";
import { planWork, type Work } from "./work.ts";

/** Files of one run's clusters and nodes: on the sandbox's own tmpfs. */
const scratch = "/run/leakproof";

function showProgress(total: number, lanes: number): Progress {
  const print = (line: string): void => void process.stderr.write(`${line}\n`);
  const isTerminal = process.stderr.isTTY === true && process.env["CI"] === undefined;
  return createProgress({ total, lanes, print, isTerminal });
}

/** Works everything off that is left to do, and what it leads to. */
async function runAll(
  running: Running,
  {
    work,
    store,
    left,
    lanes,
    isSingle,
  }: {
    work: Work;
    store: ReportStore;
    left: readonly PlannedAttempt[];
    lanes: number;
    isSingle: (attempt: PlannedAttempt) => boolean;
  },
): Promise<void> {
  const { progress, signal } = running;
  await progress.follow(
    startLanes({
      work: runningOrder(left),
      lanes,
      isSingle,
      run: (attempt, lane) => runOne(running, attempt, lane),
      done: async (result, attempt) => {
        const found = await work.keep(result, attempt, store);
        progress.more(found.length);
        progress.finished(result);
        return found;
      },
      signal,
    }),
  );
}

/** Opens the run's directory: a new one, or that of the run that is gone on with. */
async function openStore(
  payload: Payload,
  run: Awaited<ReturnType<typeof planRun>>,
  work: Work,
): Promise<{ readonly store: ReportStore; readonly left: readonly PlannedAttempt[] }> {
  const { directory } = payload;
  const secrets = (): readonly string[] => [];
  if (!payload.resume) {
    const manifest = await describeRun(payload, run, work.attempts);
    return { store: await openReport({ directory, manifest, secrets }), left: work.attempts };
  }
  const { manifest, judged } = await readEarlierRun(directory);
  const attempts = work.attempts.map((attempt) => describePlanned(plannedInput(attempt)));
  const store = await openReport({ directory, manifest: { ...manifest, attempts }, secrets, judged });
  return { store, left: await work.remaining(judged, store) };
}

/** What is run: a recorded plan again, plans of known issues, or what the command line selects. */
function planPayload({ argv, seed, replay, corpus }: Payload): ReturnType<typeof planRun> {
  if (replay !== undefined) return planReplay(argv, seed, replay);
  return corpus === undefined ? planRun(argv, seed) : planCorpus(argv, seed, corpus);
}

/** The clusters of the run, by the provider that was asked for. */
async function openPool(
  payload: Payload,
  { options, selection }: PlannedRun,
  { size, guests }: { readonly size: number; readonly guests: ReturnType<typeof guestsOf> },
  stop: AbortController,
): Promise<ClusterPool> {
  if (options.existing !== undefined)
    return await openExistingPool(options.existing, payload.runId, selection.picks);
  if (options.provider === "kind") {
    const nodes = Math.max(...selection.attempts.map(({ scenario }) => scenario.nodes));
    return await openKindPool(payload, { size, nodes }, stop);
  }
  const { etcd, kubeApiserver } = payload.controlPlane;
  return createSandboxPool({
    size,
    programs: { etcd: etcd.path, kubeApiserver: kubeApiserver.path },
    authority: await createAuthority(),
    directory: scratch,
    ...guests,
  });
}

async function compareWith(options: RunOptions) {
  return {
    ...(options.baseline === undefined ? {} : { baseline: await readBaseline(options.baseline) }),
    ...(options.waivers === undefined ? {} : { waivers: await readWaivers(options.waivers) }),
  };
}

/**
 * The part of a run that is inside of the sandbox: runs every attempt, writes the report and prints it.
 *
 * @param stop - aborted when the outside asks us to end
 * @returns the exit code
 */
export async function runInside(stop: AbortController): Promise<number> {
  const payload = readPayload();
  const run = await planPayload(payload);
  // The outside found none: what there is now comes of what this user may not read.
  assertNoProblems(run.problems);
  const { options } = run;
  const work = planWork(payload, run);
  const { store, left } = await openStore(payload, run, work);
  const mayGrow = (left.length > 0 && run.strikes.length > 0) || options.exploreMs !== undefined;
  const lanes = mayGrow ? options.clusters : Math.min(options.clusters, left.length);
  if (options.provider !== "existing") {
    await mkdir(scratch, { recursive: true });
    await testTracer(scratch);
  }
  const guests = guestsOf(payload, scratch);
  const pool = await openPool(payload, run, { size: lanes, guests }, stop);
  const progress = showProgress(left.length, lanes);
  const { signal } = stop;
  const { keep, provider } = options;
  const running = { payload, keep, provider, progress, signal, pool, referenceOf: createReferences() };
  await runAll(running, { work, store, left, lanes, isSingle: await emulatedOnes(guests) });
  const [last] = work.attempts;
  if (options.exploreMs !== undefined && last !== undefined && !signal.aborted)
    await exploreEngines({ running, run, store, lanes, budgetMs: options.exploreMs, last });
  const interrupted = signal.aborted;
  const report = await store.finish({ interrupted, ...(await compareWith(options)) });
  // The sandbox's go with the sandbox.
  if (!interrupted || options.provider !== "sandbox") await pool[Symbol.asyncDispose]();
  // What a replay or the corpus comes to, the outside tells.
  if (payload.replay === undefined && payload.corpus === undefined)
    process.stdout.write(asCalled(renderReport(report, payload.directory)));
  process.stdout.write(`report: ${join(payload.directory, "conformance-report.yaml")}\n`);
  return reportExitCode(report);
}
