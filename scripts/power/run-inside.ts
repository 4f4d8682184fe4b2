import { join } from "node:path";
import { createAuthority } from "../../harness/cluster/sandbox/certificates.ts";
import { createSandboxPool } from "../../harness/cluster/sandbox/pool.ts";
import { assertNoProblems, exitCodes } from "../../harness/errors/problems.ts";
import type { AttemptResult } from "../../harness/model/attempt-result.ts";
import { eventsOf, type Recording } from "../../harness/model/recording.ts";
import { createProgress } from "../../harness/run/progress.ts";
import { startLanes } from "../../harness/run/lanes.ts";
import { type PlannedAttempt, sealAttempts } from "../../harness/run/select.ts";
import { evidencePath } from "../../report/attempt-entry.ts";
import { openReport, type ReportStore } from "../../report/store.ts";
import { isTraced } from "../../report/traced.ts";
import { guestsOf } from "../conformance/guest.ts";
import { describeRun, plannedInput } from "../conformance/describe-run.ts";
import { type Payload, readPayload } from "../conformance/payload.ts";
import { planRun } from "../conformance/plan-run.ts";
import { type Running, runOne } from "../conformance/run-one.ts";
import { drawPlans, type Ground, placesOf } from "./draw-plans.ts";
import { appendJournal, timeVariable } from "./journal.ts";
import { type Found, foundIn, type Tried } from "./tally.ts";
import { createTurns } from "./turns.ts";
import { type Way, ways } from "./ways.ts";

/** Files of one run's clusters and nodes: on the sandbox's own tmpfs. */
const scratch = "/run/leakproof";

/** A run of `power` while it goes on. */
interface Power {
  readonly payload: Payload;
  readonly store: ReportStore;
  readonly lanes: number;
  readonly signal: AbortSignal;
  /** Directory of a kept attempt -> its recording. */
  readonly recordings: Map<string, Recording>;
  readonly running: Omit<Running, "progress">;
}

/** The two attempts of a scenario without a kill, in one world: at the engine's own pace, and with every write looked at. */
function faultFree(attempt: PlannedAttempt): readonly [PlannedAttempt, PlannedAttempt] {
  const { plan } = attempt;
  const world = plan.id;
  return [
    // With a list of faults, though an empty one, the start is given the time that it is given with a kill.
    { ...attempt, level: "extended", plan: { ...plan, world, faults: [] } },
    {
      ...attempt,
      level: "extended",
      role: "index",
      plan: { ...plan, id: `${world}.index`, world, indexed: true },
    },
  ];
}

const line = (text: string): void => void process.stderr.write(`${text}\n`);

function whyUseless({ verdict, recording }: AttemptResult): string | undefined {
  if (verdict.kind === "error") return `${verdict.cause.code}: ${verdict.cause.message.split("\n")[0]}`;
  if (verdict.kind !== "pass" && verdict.kind !== "fail") return verdict.kind;
  return recording !== undefined && isTraced(recording) ? undefined : "its writes were not seen";
}

/** Runs every scenario without a kill. What kills are drawn from, and what is found without them. */
async function survey(
  power: Power,
  pairs: readonly (readonly [PlannedAttempt, PlannedAttempt])[],
): Promise<{ readonly grounds: readonly Ground[]; readonly known: ReadonlySet<string> }> {
  const { payload, store, lanes, signal, recordings } = power;
  const results = new Map<string, AttemptResult>();
  const work = pairs.flat();
  const isTerminal = process.stderr.isTTY === true && process.env["CI"] === undefined;
  const progress = createProgress({ total: work.length, lanes, print: line, isTerminal });
  await progress.follow(
    startLanes({
      work,
      lanes,
      run: async (attempt, lane) => {
        const again = (): Promise<AttemptResult> => runOne({ ...power.running, progress }, attempt, lane);
        const result = await again();
        // A scenario is lost with it: a machine that was busy for a moment is no reason.
        return result.verdict.kind === "error" && !signal.aborted ? again() : result;
      },
      done: async (result) => {
        if (signal.aborted) return undefined;
        await store.append(result);
        results.set(result.plan.id, result);
        progress.finished(result);
        return undefined;
      },
      signal,
    }),
  );
  const known = new Set<string>();
  const grounds: Ground[] = [];
  for (const [own, index] of pairs) {
    const { scenario } = index.plan;
    const both = [results.get(own.plan.id), results.get(index.plan.id)];
    const [plain, indexed] = both.map((result) => result?.recording);
    const why = both.map((result) => (result === undefined ? "interrupted" : whyUseless(result)));
    const useless = why.find((each) => each !== undefined);
    if (useless !== undefined || plain === undefined || indexed === undefined) {
      await appendJournal(payload.directory, { kind: "left-out", scenario, why: useless ?? "no recording" });
      continue;
    }
    const keys = new Set(
      both.flatMap((result) => (result ? foundIn(scenario, result.verdict).map(({ key }) => key) : [])),
    );
    for (const key of keys) known.add(key);
    await appendJournal(payload.directory, { kind: "fault-free", scenario, keys: [...keys] });
    const reference = join(payload.directory, evidencePath(index.plan.id));
    recordings.set(reference, indexed);
    grounds.push({ index, indexed, plain, reference });
  }
  return { grounds, known };
}

function triedOf(
  way: Way,
  { plan, verdict, recording, durationMs }: AttemptResult,
  { wayMs, known }: { readonly wayMs: number; readonly known: ReadonlySet<string> },
): Tried {
  const isFresh = ({ key }: Found): boolean => !known.has(key);
  return {
    way,
    id: plan.id,
    scenario: plan.scenario,
    verdict: verdict.kind,
    fired:
      verdict.kind !== "not-exercised" &&
      recording !== undefined &&
      eventsOf(recording, "fault").some(({ state }) => state === "fired"),
    durationMs,
    wayMs: Math.round(wayMs),
    found: foundIn(plan.scenario, verdict).filter(isFresh),
  };
}

/** Tries the three ways in turn until their time is over. */
async function compete(
  power: Power,
  { grounds, known }: Awaited<ReturnType<typeof survey>>,
  timeMs: number,
): Promise<void> {
  const { payload, store, lanes, signal } = power;
  const turns = createTurns(timeMs / ways.length, lanes, () => performance.now());
  const queues = new Map(ways.map((way) => [way, drawPlans(way, grounds, payload.seed)]));
  const upcoming = new Map(ways.map((way) => [way, queues.get(way)?.next()]));
  const seen = new Map(ways.map((way) => [way, new Set<string>()]));
  const silent = { doing: () => undefined, finished: () => undefined, more: () => undefined };
  const running = { ...power.running, progress: { ...silent, follow: async () => undefined } };
  const keep = async (attempt: PlannedAttempt, result: AttemptResult, tried: Tried): Promise<void> => {
    const own = seen.get(tried.way);
    const isNew = tried.found.some(({ key }) => own?.has(key) === false);
    for (const { key } of tried.found) own?.add(key);
    if (isNew) {
      await store.extend(`${attempt.plan.world}.index`, [plannedInput(attempt)]);
      await store.append(result);
    }
    await appendJournal(payload.directory, { kind: "tried", tried });
    line(
      `${tried.way}: ${tried.verdict} ${tried.id}, ${(tried.durationMs / 1000).toFixed(1)} s; ${own?.size ?? 0} distinct after ${(tried.wayMs / 60_000).toFixed(1)} min`,
    );
  };
  const work = async (lane: number): Promise<void> => {
    while (!signal.aborted) {
      const way = turns.next((each) => upcoming.get(each)?.done === false);
      const attempt = way && upcoming.get(way)?.value;
      if (way === undefined || !attempt) return;
      upcoming.set(way, queues.get(way)?.next());
      const end = turns.begin(way);
      const result = await runOne(running, attempt, lane);
      const wayMs = end();
      if (!signal.aborted) await keep(attempt, result, triedOf(way, result, { wayMs, known }));
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)));
}

/**
 * The part of `power` that is inside of the sandbox; what it finds goes to the journal.
 *
 * @returns the exit code
 */
export async function runInside(stop: AbortController): Promise<number> {
  const payload = readPayload();
  const timeMs = Number(process.env[timeVariable]);
  const run = await planRun(payload.argv, payload.seed);
  assertNoProblems(run.problems);
  const digests = new Map(Object.entries(payload.programs).map(([label, { digest }]) => [label, digest]));
  const pairs = sealAttempts(run.selection.attempts, digests)
    .filter(({ unsupported }) => unsupported === undefined)
    .map(faultFree);
  const { directory, controlPlane } = payload;
  const manifest = await describeRun(payload, run, pairs.flat());
  const store = await openReport({ directory, manifest, secrets: () => [] });
  const lanes = run.options.clusters;
  const { signal } = stop;
  const pool = createSandboxPool({
    size: lanes,
    programs: { etcd: controlPlane.etcd.path, kubeApiserver: controlPlane.kubeApiserver.path },
    authority: await createAuthority(),
    directory: scratch,
    ...guestsOf(payload, scratch),
  });
  const recordings = new Map<string, Recording>();
  const referenceOf: Running["referenceOf"] = async (path) => {
    const found = recordings.get(path);
    if (found === undefined) throw new Error(`no recording is kept for ${path}`);
    return found;
  };
  const running = { payload, keep: false, provider: "sandbox", signal, pool, referenceOf } as const;
  const power: Power = { payload, store, lanes, signal, recordings, running };
  const found = await survey(power, pairs);
  for (const way of ways) {
    const counts = found.grounds.map((ground) => placesOf(way, ground));
    const count = counts.includes(undefined) ? null : counts.reduce<number>((sum, each = 0) => sum + each, 0);
    await appendJournal(directory, { kind: "places", way, count });
  }
  line(`${found.grounds.length} of ${pairs.length} scenarios can be used; now the kills`);
  await compete(power, found, timeMs);
  if (!signal.aborted) await pool[Symbol.asyncDispose]();
  if (signal.aborted) return exitCodes.interrupted;
  return found.grounds.length > 0 ? exitCodes.conformant : exitCodes.couldNotTell;
}
