import type { ClusterLease, ClusterPool } from "../cluster/cluster.ts";
import { type ErrorCode, HarnessError, toHarnessError } from "../errors/harness-error.ts";
import type { AttemptResult, HarnessResidue } from "../model/attempt-result.ts";
import type { ErrorRecord, Verdict } from "../model/verdict.ts";
import { judgeRecording, verdictOf } from "../oracle/judge.ts";
import type { AttemptContext, AttemptInput } from "./attempt-context.ts";
import { hasGateway, openGateways } from "./gateways.ts";
import { layGround } from "./lay-ground.ts";
import { tellLogTail } from "./log-tail.ts";
import { createNemesis, type Nemesis, triesToStrike } from "./nemesis.ts";
import { beginAttempt, furnishAttempt } from "./prepare-attempt.ts";
import { runScenario } from "./run-scenario.ts";
import { both } from "../wait/both.ts";

type NotExercised = Extract<Verdict, { kind: "not-exercised" }>;

/** What the shims in front of the engine's tools were told and did not come to do. */
async function idleOrders({ engines }: AttemptContext): Promise<NotExercised | undefined> {
  for (const { node, toolOrders } of engines.values()) {
    for (const name of toolOrders) {
      if ((await node.tools.bites(name)).length > 0) continue;
      const detail = `the order "${name}" to the tools on ${node.ref.name} concerned no write: there were fewer`;
      return { kind: "not-exercised", reason: "fault", detail };
    }
  }
  return undefined;
}

/** What the scenario wanted to happen to an exec and could not, since none came. */
function missedExec({ missed }: AttemptContext): NotExercised | undefined {
  return missed.length === 0
    ? undefined
    : { kind: "not-exercised", reason: "fault", detail: missed.join("; ") };
}

/** Errors that say that this machine is not one on which the scenario can be tried. */
const environmentLacks: readonly ErrorCode[] = [
  "guest/tool-missing",
  "guest/kernel-missing",
  "guest/no-tun",
  "guest/lacks",
  "guest/no-gateway",
  "kind/lacks",
  "sandbox/lacks",
  "existing/lacks",
];

interface Outcome {
  readonly context?: AttemptContext;
  readonly nemesis?: Nemesis;
  readonly idle?: NotExercised;
  readonly error?: ErrorRecord;
  /** Reached before the attempt was held: what ends the hold does not change it. */
  readonly verdict?: Verdict;
}

/** Longest time that an attempt may take, in ms: many times what the slowest takes. One that hangs must not hold up the run. */
const limitMs = 30 * 60_000;

/** The same for ending what it has started. */
const endLimitMs = 120_000;

/** @throws {HarnessError} `run/hung` */
async function within<T>(timeMs: number, what: () => string, work: Promise<T>): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const expire = (): void =>
    reject(new HarnessError("run/hung", `${what()} did not end within ${timeMs / 1000} s.`));
  // A limit, no wait: what is waited for is the work itself, and its end clears it.
  const timer = setTimeout(expire, timeMs);
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

async function endAll(cluster: ClusterLease, context: AttemptContext | undefined): Promise<void> {
  for (const own of context?.engines.values() ?? []) {
    own.isStopping = true;
    await own.process?.killTree();
    await own.beside?.killTree();
    await own.access[Symbol.asyncDispose]();
  }
  for (const gateway of context?.gateways.values() ?? []) await gateway[Symbol.asyncDispose]();
  await cluster.stopControlProbe();
}

/** What has come of an attempt so far. */
type Progress = { -readonly [Field in "context" | "nemesis" | "idle"]?: NonNullable<Outcome[Field]> };

/** While the API hears of the attempt. A gateway belongs to its node, and has to do with the API. */
async function prepareNodes(context: AttemptContext, furnished: Promise<void>): Promise<void> {
  if (hasGateway(context)) await furnished;
  await openGateways(context);
  await layGround(context);
}

async function goThrough(
  input: AttemptInput,
  cluster: ClusterLease,
  tries: number,
  made: Progress,
): Promise<void> {
  const context = await beginAttempt(input, cluster, tries);
  made.context = context;
  const furnished = furnishAttempt(context);
  await both(furnished, prepareNodes(context, furnished));
  made.nemesis = createNemesis(context);
  await runScenario(context, made.nemesis);
  const idle = missedExec(context) ?? (await idleOrders(context));
  if (idle !== undefined) made.idle = idle;
}

async function runOn(input: AttemptInput, cluster: ClusterLease, tries: number): Promise<Outcome> {
  const made: Progress = {};
  try {
    let error: ErrorRecord | undefined;
    try {
      const what = (): string => `an attempt, in its step "${made.context?.stage.step ?? "<prepare>"}",`;
      await within(limitMs, what, goThrough(input, cluster, tries, made));
    } catch (thrown) {
      const { code, message } = toHarnessError(thrown);
      if (environmentLacks.some((lacking) => lacking === code))
        made.idle = { kind: "not-exercised", reason: "environment", detail: message };
      else error = { code, message };
    }
    const { context } = made;
    const outcome = { ...made, ...(error && { error }) };
    if (!context || !input.hold || input.signal.aborted) return outcome;
    const verdict = judge(input, outcome);
    const names = context.nodes.map(({ ref }) => ref.name);
    await input.hold(verdict, names);
    return { ...outcome, verdict };
  } finally {
    await within(endLimitMs, () => "the end of what an attempt has started", endAll(cluster, made.context));
  }
}

function judge(input: AttemptInput, { context, nemesis, idle, error, verdict }: Outcome): Verdict {
  if (verdict) return verdict;
  if (input.signal.aborted) {
    return { kind: "not-exercised", reason: "interrupted", detail: "the run was interrupted" };
  }
  if (!context && idle) return idle;
  if (!context) {
    const unknown = { code: "run/internal", message: "the attempt did not begin" };
    return { kind: "error", cause: error ?? unknown, findings: [] };
  }
  const recording = context.recorder.recording();
  const { reference, restarted } = input;
  return verdictOf(recording, judgeRecording(recording, { reference, restarted }), {
    error,
    notExercised: nemesis?.notExercised() ?? idle,
    reference,
  });
}

/** Errors of a machine that was too busy for a moment; it may not be so again. */
const momentary: readonly string[] = ["run/perturbed", "cluster/api-failed"] satisfies readonly ErrorCode[];

/** Errors of a cluster that is given back: what the harness found of its own. */
const leftBehind: readonly ErrorCode[] = ["run/residue", "cluster/not-emptied"];

function hasMissed({ kind, ...verdict }: Verdict): boolean {
  return kind === "not-exercised" && "reason" in verdict && verdict.reason !== "interrupted";
}

/**
 * Runs one plan on a cluster of the pool and judges it. The oracles look before anything is cleaned.
 *
 * @returns the result, whatever happened: an error of the harness is a verdict too
 */
export async function runAttempt(
  input: AttemptInput,
  pool: ClusterPool,
  scrub: (text: string, secrets: readonly string[]) => string,
): Promise<AttemptResult> {
  const startedAt = new Date().toISOString();
  const began = performance.now();
  let outcome: Outcome = {};
  let verdict: Verdict | undefined;
  let residue: HarnessResidue = { checks: 0, left: [] };
  try {
    for (let tries = 1; tries <= triesToStrike; tries++) {
      {
        await using cluster = await pool.acquireCluster(input.signal, input.plan.world ?? input.plan.id);
        outcome = await runOn(input, cluster, tries);
      }
      residue = { ...residue, checks: residue.checks + 1 };
      // An order to the tools that came to nothing comes to nothing again.
      const isStruck = outcome.nemesis?.notExercised() === undefined;
      verdict = judge(input, outcome);
      const isMomentary = verdict.kind === "error" && momentary.includes(verdict.cause.code);
      if (outcome.verdict !== undefined || !(isMomentary || (!isStruck && hasMissed(verdict)))) break;
    }
  } catch (thrown) {
    // What the attempt itself ran into comes first; this is what was left after it.
    const { code, message } = toHarnessError(thrown);
    if (leftBehind.includes(code)) residue = { checks: residue.checks + 1, left: [message] };
    outcome = { ...outcome, error: outcome.error ?? { code, message } };
    verdict = undefined;
  }
  const { context } = outcome;
  const logs = [...(context?.engines ?? [])].map(
    ([node, own]) =>
      [
        node,
        scrub([...own.logs, own.process?.log() ?? ""].join("\n--- next start ---\n"), [context?.token ?? ""]),
      ] as const,
  );
  const engineLogs = Object.fromEntries(logs);
  return {
    plan: input.plan,
    verdict: tellLogTail(verdict ?? judge(input, outcome), engineLogs),
    ...(context === undefined ? {} : { recording: context.recorder.recording() }),
    engineLogs,
    ...(residue.checks === 0 ? {} : { residue }),
    startedAt,
    durationMs: Math.round(performance.now() - began),
  };
}
