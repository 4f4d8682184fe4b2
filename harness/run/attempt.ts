import type { ClusterLease, ClusterPool } from "../cluster/cluster.ts";
import { toHarnessError } from "../errors/harness-error.ts";
import type { AttemptResult } from "../model/attempt-result.ts";
import type { Operation, Step } from "../model/scenario.ts";
import type { ErrorRecord, Verdict } from "../model/verdict.ts";
import type { Leftover } from "../kube/empty-api.ts";
import { controlProber } from "../oracle/api-reachability.ts";
import { judgeRecording, verdictOf } from "../oracle/judge.ts";
import { until } from "../wait/until.ts";
import type { AttemptContext, AttemptInput } from "./attempt-context.ts";
import { killEngine, startEngine, terminateEngine } from "./engine-control.ts";
import { tellLogTail } from "./log-tail.ts";
import { checkDecoys, plantDecoys } from "./plant-decoys.ts";
import { prepareAttempt } from "./prepare-attempt.ts";
import { lookNow, settle } from "./settle.ts";
import { checkTraffic } from "./traffic.ts";
import { applyObject, deleteAll, deleteObject } from "./write-objects.ts";

const canaryStep = "<canary>";
const emptyStep = "<empty>";

const probeEveryMs = 200;
/** Looks of every prober at the API server before the engine is started: the control window. */
const controlSamples = 3;

/** Probes every node's address from every node and its pods, and waits for the control window. */
async function startProbes(context: AttemptContext): Promise<void> {
  const { cluster, nodes, recorder, signal } = context;
  const samples = new Map<string, number>();
  const urls = nodes.flatMap((node) => cluster.apiUrls(node));
  await cluster.startControlProbe(controlProber, probeEveryMs, (sample) =>
    recorder.add({ kind: "probe", ...sample }),
  );
  for (const node of nodes) {
    await node.startProbes(urls, cluster.ca, probeEveryMs, (sample) => {
      const prober = `${sample.from} ${sample.to} ${sample.connection}`;
      samples.set(prober, (samples.get(prober) ?? 0) + 1);
      recorder.add({ kind: "probe", ...sample });
    });
  }
  const wanted = nodes.length * urls.length * 4;
  const hasControl = async (): Promise<true | undefined> =>
    samples.size >= wanted && [...samples.values()].every((count) => count >= controlSamples)
      ? true
      : undefined;
  await until("probes of the API server before the engine starts", hasControl, {
    timeoutMs: 15_000,
    everyMs: 20,
    signal,
  });
}

async function perform(context: AttemptContext, step: string, operation: Operation): Promise<void> {
  switch (operation.op) {
    case "apply":
      return applyObject(context, step, operation.object);
    case "delete":
      return deleteObject(context, step, operation.name);
    case "engine":
      break;
  }
  switch (operation.action) {
    case "start":
      return startEngine(context, operation.node);
    case "kill":
      return killEngine(context, operation.node);
    case "terminate":
      await terminateEngine(context, operation.node);
      await lookNow(context, step, "exited");
      return undefined;
  }
}

async function runStep(context: AttemptContext, step: Step): Promise<void> {
  const { recorder, report } = context;
  report(step.name);
  recorder.add({ kind: "step", step: step.name, state: "begin" });
  for (const operation of step.operations) await perform(context, step.name, operation);
  await settle(context, { step: step.name, moment: "step", expect: step.expect });
  await checkTraffic(context, step.name, step.traffic ?? []);
  recorder.add({ kind: "step", step: step.name, state: "end" });
}

/** A dead or deaf engine leaks nothing: it must still program and remove one more object. */
async function runCanary(
  context: AttemptContext,
  canary: ReturnType<AttemptContext["scenario"]["canary"]>,
): Promise<void> {
  const { recorder, report } = context;
  const expect = (present: boolean): Step["expect"] => canary.expect.map((intent) => ({ intent, present }));
  report("canary");
  recorder.add({ kind: "step", step: canaryStep, state: "begin" });
  await applyObject(context, canaryStep, canary.object);
  await settle(context, { step: canaryStep, moment: "canary-programmed", expect: expect(true) });
  await deleteObject(context, canaryStep, canary.object.name);
  await settle(context, { step: canaryStep, moment: "canary-removed", expect: expect(false) });
  recorder.add({ kind: "step", step: canaryStep, state: "end" });
}

/** What stays in the API, once leases that nobody renews had the time to expire. */
async function leftoversAtRest(context: AttemptContext): Promise<readonly Leftover[]> {
  const { cluster, infrastructure, worstCaseMs, signal } = context;
  const look = async (): Promise<readonly Leftover[]> =>
    (await cluster.leftovers()).filter(({ target }) => !infrastructure.has(target));
  const atRest = async (): Promise<readonly Leftover[] | undefined> => {
    const left = await look();
    return left.every(({ holder }) => holder === undefined || holder === "") ? left : undefined;
  };
  return until("leases of gone objects expire", atRest, {
    timeoutMs: worstCaseMs,
    everyMs: 200,
    signal,
  }).catch((thrown: unknown) => {
    if (signal.aborted) throw thrown;
    return look();
  });
}

/** Deletes what is left, looks at what the engine made of it, and at what stays in the API. */
async function runEmptying(context: AttemptContext): Promise<void> {
  const { recorder, report } = context;
  report("emptying");
  recorder.add({ kind: "step", step: emptyStep, state: "begin" });
  await deleteAll(context, emptyStep);
  await settle(context, { step: emptyStep, moment: "emptied", expect: [] });
  for (const left of await leftoversAtRest(context)) {
    recorder.add({
      kind: "api-leftover",
      target: left.target,
      state: left.deleting ? "deleting" : "present",
      finalizers: left.finalizers,
      ...(left.holder === undefined ? {} : { holder: left.holder }),
    });
  }
  await checkDecoys(context, emptyStep);
  recorder.add({ kind: "step", step: emptyStep, state: "end" });
}

async function runScenario(context: AttemptContext): Promise<void> {
  const { scenario, world, nodes, recorder, cluster } = context;
  const steps = scenario.steps(world);
  const canary = scenario.canary(world);
  await Promise.all(
    nodes.map(async (node) => {
      for (const pod of world.pods) if (pod.node === node.ref.name) await node.addPod(pod.address);
    }),
  );
  const baseline = await lookNow(context, "<plant>", "baseline");
  await Promise.all([plantDecoys(context, "before", baseline), startProbes(context)]);
  if (scenario.startEngines !== false) for (const node of nodes) await startEngine(context, node.ref.name);
  for (const [index, step] of steps.entries()) {
    await runStep(context, step);
    if (index === 0) await plantDecoys(context, "during", await lookNow(context, step.name, "step"));
  }
  await runCanary(context, canary);
  await runEmptying(context);
  await Promise.all([cluster.stopControlProbe(), ...nodes.map((node) => node.stopProbes())]);
  recorder.add({ kind: "end" });
}

interface Outcome {
  readonly context?: AttemptContext;
  readonly error?: ErrorRecord;
  /** Reached before the attempt was held: what ends the hold does not change it. */
  readonly verdict?: Verdict;
}

async function runOn(input: AttemptInput, cluster: ClusterLease): Promise<Outcome> {
  let context: AttemptContext | undefined;
  try {
    let error: ErrorRecord | undefined;
    try {
      context = await prepareAttempt(input, cluster);
      await runScenario(context);
    } catch (thrown) {
      const { code, message } = toHarnessError(thrown);
      error = { code, message };
    }
    const outcome = { ...(context && { context }), ...(error && { error }) };
    if (!context || !input.hold || input.signal.aborted) return outcome;
    const verdict = judge(input, outcome);
    const names = context.nodes.map(({ ref }) => ref.name);
    await input.hold(verdict, names);
    return { ...outcome, verdict };
  } finally {
    for (const own of context?.engines.values() ?? []) {
      own.isStopping = true;
      await own.process?.killTree();
      await own.access[Symbol.asyncDispose]();
    }
    await cluster.stopControlProbe();
  }
}

function judge(input: AttemptInput, { context, error, verdict }: Outcome): Verdict {
  if (verdict) return verdict;
  if (input.signal.aborted) {
    return { kind: "not-exercised", reason: "interrupted", detail: "the run was interrupted" };
  }
  if (!context) {
    const unknown = { code: "run/internal", message: "the attempt did not begin" };
    return { kind: "error", cause: error ?? unknown, findings: [] };
  }
  const recording = context.recorder.recording();
  return verdictOf(recording, judgeRecording(recording), error);
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
  try {
    await using cluster = await pool.acquireCluster(input.signal);
    outcome = await runOn(input, cluster);
  } catch (thrown) {
    // What the attempt itself ran into comes first; this is what was left after it.
    const { code, message } = toHarnessError(thrown);
    outcome = { ...outcome, error: outcome.error ?? { code, message } };
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
    verdict: tellLogTail(judge(input, outcome), engineLogs),
    ...(context === undefined ? {} : { recording: context.recorder.recording() }),
    engineLogs,
    startedAt,
    durationMs: Math.round(performance.now() - began),
  };
}
