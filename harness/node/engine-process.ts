import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { startProcess } from "../process/start.ts";
import { openTrace } from "../trace/tracer.ts";
import { until } from "../wait/until.ts";
import { type Isolation, renderIsolation } from "./isolate.ts";
import type { EngineProcess, EngineStart } from "./node.ts";

async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}

interface EnginePids {
  /** First process of the engine's own process tree: its death is the death of all. */
  readonly init: number;
  readonly engine: number;
}

/** The tracer forks bwrap, which forks an init, which forks the engine. */
async function findPids(tracer: number): Promise<EnginePids | undefined> {
  const outer = (await childrenOf(tracer))[0];
  const init = outer === undefined ? undefined : (await childrenOf(outer))[0];
  const engine = init === undefined ? undefined : (await childrenOf(init))[0];
  return init === undefined || engine === undefined ? undefined : { init, engine };
}

const startDeadlineMs = 5_000;

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (thrown) {
    // It was faster than we.
    if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown;
  }
}

/** How long the rest of a trace may take to arrive after the end of its last process, in ms. */
const drainDeadlineMs = 2_000;

/**
 * Starts an engine behind `isolation`, traced from its first instruction on.
 *
 * @param tracePath - host path for the trace's pipe
 */
export async function startEngineProcess(
  isolation: Isolation,
  start: EngineStart,
  tracePath: string,
): Promise<EngineProcess> {
  // PATH and library paths of the harness lead bwrap and the engine to the same tools.
  const inherited = Object.fromEntries(
    ["PATH", "LD_LIBRARY_PATH", "XTABLES_LIBDIR"].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  await using undo = new AsyncDisposableStack();
  const trace = undo.use(await openTrace(tracePath, start.onKernelWrite));
  const outer = await startProcess([...renderIsolation(isolation, trace.argv), ...start.argv], {
    env: { ...inherited, ...start.env },
    onLine: start.onLine,
  });
  undo.use(outer);
  const exited = outer.exited.then(async (status) => {
    await Promise.race([trace.ended, delay(drainDeadlineMs, undefined, { ref: false })]);
    return status;
  });
  const owned = undo.move();
  let pids: EnginePids | undefined;
  const pidsOf = async (): Promise<EnginePids | undefined> => {
    if (outer.hasExited()) return undefined;
    pids ??= await until("the engine's process", () => findPids(outer.pid), {
      timeoutMs: startDeadlineMs,
      everyMs: 5,
    }).catch(
      () => undefined, // It ended before it was seen: `exited` tells.
    );
    return pids;
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
      await exited;
    },
    tail: (lines) => outer.tail(lines),
    log: () => outer.log(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
