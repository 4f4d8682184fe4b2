import { clusterInterface } from "../cluster/sandbox/node-network.ts";
import { HarnessError } from "../errors/harness-error.ts";
import type { FailingCalls } from "../fault/fault.ts";
import type { LaunchRequest } from "../model/engine.ts";
import type { Settings } from "../model/scenario.ts";
import { engineHome } from "../node/isolate.ts";
import type { EngineProcess, EngineStart } from "../node/node.ts";
import type { TracedWrite } from "../trace/index-writes.ts";
import { until } from "../wait/until.ts";
import type { AttemptContext, NodeEngine } from "./attempt-context.ts";
import { renderKubeconfig } from "./kubeconfig.ts";
import { gateOf, releaseWriters } from "./write-hold.ts";

const logTailLines = 15;
/** How long an engine may take from its start to its first request, in ms, unless its worst case is longer. */
const readyTimeoutMs = 15_000;

/** @throws {Error} for a node that runs no engine: the scenario is wrong */
export function engineOf(context: AttemptContext, node: string): NodeEngine {
  const engine = context.engines.get(node);
  if (!engine) throw new Error(`scenario ${context.scenario.name} names node ${node}, which has no engine`);
  return engine;
}

/** All that the adapter needs to start its engine, or its clean-up, on a node. */
export function launchRequest(
  context: AttemptContext,
  { node, access, version, settings }: NodeEngine,
): LaunchRequest {
  const { cluster, plan, token } = context;
  return {
    selection: version.selection,
    settings: { ...plan.settings, ...settings },
    node: node.ref,
    program: context.images?.[version.program]?.program ?? version.program,
    home: engineHome,
    apiServer: access.url,
    apiCa: cluster.ca,
    token,
    kubeconfig: renderKubeconfig(access.url, cluster.ca, token),
    workloadNamespace: context.namespace,
    podCidr: cluster.network.podCidr,
    serviceCidr: cluster.network.serviceCidr,
    serviceCidr6: cluster.network.serviceCidr6,
    interface: node.interface ?? clusterInterface,
  };
}

/** The program of the version that is on a node, and the image that it is run in. */
export function programOf(
  { images }: AttemptContext,
  { version: { program } }: NodeEngine,
): Pick<EngineStart, "program" | "image"> {
  const image = images?.[program];
  return { program, ...(image === undefined ? {} : { image }) };
}

/** Keeps the log of a process that ended, and records an end that nobody asked for. */
function watchExit(context: AttemptContext, own: NodeEngine): void {
  const { process } = own;
  void process?.exited.then((status) => {
    own.logs.push(process.log());
    if (own.process !== process) return;
    delete own.process;
    if (own.isStopping) return;
    const logTail = process.tail(logTailLines);
    context.recorder.add({ kind: "engine", node: own.node.ref.name, state: "exited", ...status, logTail });
  });
}

/** An engine is ready by its line, or else by its first request; both end here, once a life. */
export function noteReady(context: AttemptContext, own: NodeEngine): void {
  if (own.isReady || !own.process) return;
  own.isReady = true;
  context.recorder.add({ kind: "engine", node: own.node.ref.name, state: "ready" });
}

/** The beginning of a token tells it apart; long words reach us cut, so that the whole may not be there. */
const tellingCharacters = 16;

/** A vendor may give the token as an argument; no recording holds any part of it. */
function withoutToken(word: string, token: string): string {
  const at = word.indexOf(token.slice(0, tellingCharacters));
  return at < 0 ? word : `${word.slice(0, at)}<token>`;
}

/** Records a write to the kernel that was done by the engine, by its clean-up, or for it. */
export function noteKernelWrite(context: AttemptContext, own: NodeEngine, traced: TracedWrite): void {
  const { pid, call, what, kind: write, error, isUnfinished, epochMs } = traced;
  own.kernelWrites += 1;
  own.lastKernelWriteMs = context.recorder.now();
  context.recorder.addAt(epochMs, {
    kind: "kernel-write",
    node: own.node.ref.name,
    index: own.kernelWrites,
    pid,
    argv: traced.argv.map((word) => withoutToken(word, context.token)),
    call,
    what,
    write,
    ...(error === undefined ? {} : { error }),
    ...(isUnfinished ? { unfinished: true as const } : {}),
  });
}

function needsShims({ plan }: AttemptContext): boolean {
  return (plan.faults ?? []).some(({ action }) => action.kind === "tool-fails");
}

/**
 * Starts the engine on a node and waits until it is ready or gone. One that runs, or is being started, is not
 * started twice: a fault may have been quicker than the scenario.
 *
 * @param failing - calls that the tracer makes fail in this life
 * @throws {HarnessError} `engine/never-spawned` when its program cannot be started
 */
export async function startEngine(
  context: AttemptContext,
  name: string,
  failing?: FailingCalls,
): Promise<void> {
  const own = engineOf(context, name);
  if (own.starting === undefined && own.process?.hasExited() === false) return;
  own.starting ??= beginLife(context, own, failing).finally(() => delete own.starting);
  await own.starting;
}

async function beginLife(context: AttemptContext, own: NodeEngine, failing?: FailingCalls): Promise<void> {
  const { name } = own.node.ref;
  const spec = context.engine.launch(launchRequest(context, own));
  await own.node.writeEngineFiles(spec.files);
  const ready = spec.readyPattern === undefined ? undefined : new RegExp(spec.readyPattern);
  own.isReady = false;
  own.isStopping = false;
  const gate = gateOf(context, own);
  const isShimmed = spec.toolOrders !== undefined || needsShims(context);
  // Orders count over all lives of the engine: they are given once.
  const toolOrders = own.toolOrders.length === 0 ? (spec.toolOrders ?? []) : [];
  own.toolOrders.push(...toolOrders.map((order) => order.name));
  try {
    own.process = await own.node.startEngine({
      ...spec,
      ...programOf(context, own),
      readable: context.readable,
      hidden: context.hidden,
      ...(context.untraced && { untraced: context.untraced }),
      ...(gate && { gate }),
      ...(failing && { inject: failing.inject }),
      ...(isShimmed ? { toolOrders } : {}),
      onKernelWrite(write) {
        noteKernelWrite(context, own, write);
        const { error, call, what, argv } = write;
        if (write.isInjected) failing?.onFailed(`${error ?? ""} from ${call}: ${what} by ${argv.join(" ")}`);
      },
      onLine: (line) => {
        if (ready?.test(line) === true) noteReady(context, own);
      },
    });
  } catch (thrown) {
    throw new HarnessError(
      "engine/never-spawned",
      `the engine could not be started on ${name}: ${String(thrown)}`,
      { cause: thrown },
    );
  }
  const { version } = own.version.selection;
  const isEarlier = own.upgrades.length > 0 && version !== undefined;
  context.recorder.add({
    kind: "engine",
    node: name,
    state: "spawned",
    ...(isEarlier ? { earlierVersion: version } : {}),
  });
  watchExit(context, own);
  const timeoutMs = Math.max(readyTimeoutMs, context.worstCaseMs);
  const look = async (): Promise<true | undefined> => (own.isReady || !own.process ? true : undefined);
  // Not ready in time is for the oracles to judge, from the recording.
  await until(`the engine on ${name} is ready`, look, {
    timeoutMs,
    everyMs: 10,
    signal: context.signal,
  }).catch((thrown: unknown) => {
    if (context.signal.aborted) throw thrown;
  });
}

/** Ends the version that runs; where it is a pod, its DaemonSet is rolled to the next one, and kubelet ends it. */
export async function rollOut(context: AttemptContext, own: NodeEngine, program: string): Promise<void> {
  const { name } = own.node.ref;
  const { kubelet } = own.node;
  if (kubelet === undefined) await terminateEngine(context, name);
  else await endEngine(context, name, "terminating", () => kubelet.rollTo(program));
}

/** Starts the engine with other settings than those that the scenario began with; with those, where none are given. */
export async function startWithSettings(
  context: AttemptContext,
  name: string,
  settings: Settings = {},
): Promise<void> {
  engineOf(context, name).settings = settings;
  await startEngine(context, name);
}

/** How long a tool may go on whose engine was killed alone, in ms. */
const orphanMs = 2_000;

/** SIGKILL of the engine and all it started; or of the engine alone, what it started going on to its end. */
export async function killEngine(
  context: AttemptContext,
  name: string,
  scope: "tree" | "engine" = "tree",
): Promise<void> {
  const own = engineOf(context, name);
  if (!own.process) return;
  own.isStopping = true;
  context.recorder.add({ kind: "engine", node: name, state: "killed" });
  await (scope === "tree" ? own.process.killTree() : own.process.killAlone(orphanMs));
  delete own.process;
}

/** Waits for the exit of an engine, and records it; kills one that does not exit in time, and records that. */
async function awaitExit(
  context: AttemptContext,
  own: NodeEngine,
  process: EngineProcess,
  timeoutMs: number,
): Promise<boolean> {
  const { name } = own.node.ref;
  const gone = async (): Promise<true | undefined> => (process.hasExited() ? true : undefined);
  const hasExited = await until(`the engine on ${name} exits`, gone, {
    timeoutMs,
    everyMs: 10,
    signal: context.signal,
  }).catch((thrown: unknown) => {
    if (context.signal.aborted) throw thrown;
    return false as const;
  });
  if (hasExited) {
    context.recorder.add({ kind: "engine", node: name, state: "exited", ...(await process.exited) });
  } else {
    context.recorder.add({
      kind: "engine",
      node: name,
      state: "exit-timeout",
      logTail: process.tail(logTailLines),
    });
    await process.killTree();
  }
  delete own.process;
  return hasExited;
}

/**
 * SIGTERM, then the wait for the exit up to the profile's limit, then SIGKILL.
 *
 * An engine that hangs may have cleaned all the same: what is left is judged apart from the exit.
 */
export async function terminateEngine(context: AttemptContext, name: string): Promise<void> {
  const own = engineOf(context, name);
  const { process } = own;
  if (!process) return;
  own.isStopping = true;
  context.recorder.add({ kind: "engine", node: name, state: "terminating" });
  // How long it takes to clean is judged: nobody is held meanwhile.
  process.gate?.hold("none");
  releaseWriters(context, own);
  await process.signal("SIGTERM");
  await awaitExit(context, own, process, context.plan.limits.exitMs);
}

/** Until kubelet has heard of what it is to do, and the end of a container has come to the harness, in ms. */
const kubeletMs = 10_000;

/**
 * Lets somebody else end the engine, and waits until it is gone.
 *
 * @param how - `terminating` where it has the profile's time after SIGTERM
 * @param end - asks for its end, while those are still held that write
 * @returns false where it did not end by that and was killed
 */
export async function endEngine(
  context: AttemptContext,
  name: string,
  how: "terminating" | "killed",
  end: () => Promise<void>,
): Promise<boolean> {
  const own = engineOf(context, name);
  const { process } = own;
  if (!process) return false;
  own.isStopping = true;
  context.recorder.add({ kind: "engine", node: name, state: how });
  await end();
  process.gate?.hold("none");
  releaseWriters(context, own);
  if (how === "terminating")
    return await awaitExit(context, own, process, context.plan.limits.exitMs + kubeletMs);
  const gone = async (): Promise<true | undefined> => (process.hasExited() ? true : undefined);
  const hasEnded = await until(`the engine on ${name} is killed`, gone, {
    timeoutMs: kubeletMs,
    everyMs: 10,
    signal: context.signal,
  }).catch(() => false as const); // It goes on: whoever asked is told.
  await process.killTree();
  delete own.process;
  return hasEnded;
}
