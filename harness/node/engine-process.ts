import { setTimeout as delay } from "node:timers/promises";
import { type RunningProcess, startProcess } from "../process/start.ts";
import { openTrace, type Trace } from "../trace/tracer.ts";
import { until } from "../wait/until.ts";
import { engineEnvironment } from "./engine-environment.ts";
import { descendantsOf, type EnginePids, findPids, send, stopAll } from "./engine-pids.ts";
import { type Isolation, renderIsolation } from "./isolate.ts";
import type { EngineProcess, EngineStart } from "./node.ts";

const startDeadlineMs = 5_000;

/** How long all processes of an engine may take to be gone after SIGKILL, in ms; with the tracer they go at once. */
const killDeadlineMs = 5_000;

/** How long the rest of a trace may take to arrive after the end of its last process, in ms. */
const drainDeadlineMs = 2_000;

/** A trace, or what stands in its place where nobody watches. */
type Watch = Omit<Trace, "argv"> & { readonly argv: readonly string[] };

const unwatched: Watch = {
  argv: [],
  ended: Promise.resolve(),
  follow: () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};

/** Finds the engine's processes when first asked, and knows them from then on; undefined where it has ended. */
function rememberPids(outer: RunningProcess, isTraced: boolean): () => Promise<EnginePids | undefined> {
  let pids: EnginePids | undefined;
  return async () => {
    if (outer.hasExited()) return undefined;
    pids ??= await until("the engine's process", () => findPids(outer.pid, isTraced), {
      timeoutMs: startDeadlineMs,
      everyMs: 5,
    }).catch(
      () => undefined, // It ended before it was seen: `exited` tells.
    );
    return pids;
  };
}

/** How a started engine is watched and ended. */
function controlEngine(
  outer: RunningProcess,
  trace: Watch,
  exited: EngineProcess["exited"],
  owned: AsyncDisposable,
): EngineProcess {
  const pidsOf = rememberPids(outer, trace !== unwatched);
  // A tracer that is stopped would keep its processes from ending.
  const letGo = (): void => {
    trace.gate?.hold("none");
    trace.gate?.release();
  };
  return {
    exited,
    hasExited: () => outer.hasExited(),
    async signal(signal) {
      const known = await pidsOf();
      if (known !== undefined && !outer.hasExited()) send(known.engine, signal);
    },
    async killTree() {
      const known = await pidsOf();
      if (!outer.hasExited()) send(known?.init ?? outer.pid, "SIGKILL");
      letGo();
      await Promise.race([exited, delay(killDeadlineMs, undefined, { ref: false })]);
      outer.kill("SIGKILL");
      await exited;
    },
    async killAlone(graceMs) {
      const known = await pidsOf();
      if (known === undefined || outer.hasExited()) return;
      // Held back, it does not hear of the engine's end yet.
      send(known.monitor, "SIGSTOP");
      send(known.engine, "SIGKILL");
      letGo();
      const isAlone = async (): Promise<true | undefined> =>
        (await descendantsOf(known.init)).length === 0 ? true : undefined;
      // What does not end by itself within this time ends with the tree.
      await until("what the engine started ends", isAlone, { timeoutMs: graceMs, everyMs: 5 }).catch(
        () => undefined,
      );
      send(known.init, "SIGKILL");
      send(known.monitor, "SIGCONT");
      await exited;
    },
    async pause() {
      const known = await pidsOf();
      if (known !== undefined && !outer.hasExited()) await stopAll(known.init);
    },
    async resume() {
      const known = await pidsOf();
      if (known === undefined || outer.hasExited()) return;
      for (const pid of await descendantsOf(known.init)) send(pid, "SIGCONT");
    },
    ...(trace.gate === undefined ? {} : { gate: trace.gate }),
    tail: (lines) => outer.tail(lines),
    log: () => outer.log(),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

/**
 * Starts an engine behind `isolation`, traced from its first instruction on unless it is not to be.
 *
 * @param tracePath - host path for the trace's pipe
 */
export async function startEngineProcess(
  isolation: Isolation,
  start: EngineStart,
  tracePath: string,
): Promise<EngineProcess> {
  await using undo = new AsyncDisposableStack();
  const { onKernelWrite: onWrite, gate, inject } = start;
  const options = { path: tracePath, onWrite, ...(gate && { gate }), ...(inject && { inject }) };
  const trace: Watch = undo.use(start.untraced ? unwatched : await openTrace(options));
  const outer = await startProcess([...renderIsolation(isolation, trace.argv), ...start.argv], {
    env: engineEnvironment(start.env),
    onLine: start.onLine,
  });
  undo.use(outer);
  trace.follow(outer.pid);
  const exited = outer.exited.then(async (status) => {
    await Promise.race([trace.ended, delay(drainDeadlineMs, undefined, { ref: false })]);
    return status;
  });
  const owned = undo.move();
  return controlEngine(outer, trace, exited, owned);
}
