import { readFile } from "node:fs/promises";
import { startProcess } from "../process/start.ts";
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

/** bwrap forks an init, which forks the engine. */
async function findPids(outer: number): Promise<EnginePids | undefined> {
  const init = (await childrenOf(outer))[0];
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

/** Starts an engine behind `isolation`. */
export async function startEngineProcess(isolation: Isolation, start: EngineStart): Promise<EngineProcess> {
  // PATH and library paths of the harness lead bwrap and the engine to the same tools.
  const inherited = Object.fromEntries(
    ["PATH", "LD_LIBRARY_PATH", "XTABLES_LIBDIR"].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const outer = await startProcess([...renderIsolation(isolation), ...start.argv], {
    env: { ...inherited, ...start.env },
    onLine: start.onLine,
  });
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
    exited: outer.exited,
    hasExited: () => outer.hasExited(),
    async signal(signal) {
      const known = await pidsOf();
      if (known !== undefined && !outer.hasExited()) send(known.engine, signal);
    },
    async killTree() {
      const known = await pidsOf();
      if (!outer.hasExited()) send(known?.init ?? outer.pid, "SIGKILL");
      await outer.exited;
    },
    tail: (lines) => outer.tail(lines),
    log: () => outer.log(),
    [Symbol.asyncDispose]: () => outer[Symbol.asyncDispose](),
  };
}
