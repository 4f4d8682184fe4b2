import { readFile } from "node:fs/promises";

/** The children of a process, oldest first. */
export async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}

/** The processes of an engine behind its fence. */
export interface EnginePids {
  /** bwrap's own process outside of that tree: it ends the tree as soon as it hears of the engine's end. */
  readonly monitor: number;
  /** First process of the engine's own process tree: its death is the death of all. */
  readonly init: number;
  readonly engine: number;
}

/**
 * The tracer forks bwrap, which forks an init, which forks the engine.
 *
 * @param outer - the tracer; bwrap itself where there is none
 */
export async function findPids(outer: number, isTraced: boolean): Promise<EnginePids | undefined> {
  const monitor = isTraced ? (await childrenOf(outer))[0] : outer;
  const init = monitor === undefined ? undefined : (await childrenOf(monitor))[0];
  const engine = init === undefined ? undefined : (await childrenOf(init))[0];
  if (monitor === undefined || init === undefined || engine === undefined) return undefined;
  return { monitor, init, engine };
}

/** Every process below `pid`; those that end while we look are left out. */
export async function descendantsOf(pid: number): Promise<readonly number[]> {
  const children = await childrenOf(pid).catch(() => []); // It has ended.
  return [...children, ...(await Promise.all(children.map(descendantsOf))).flat()];
}

/** Stops all processes below `init`, those too that were forked meanwhile. */
export async function stopAll(init: number): Promise<void> {
  const stopped = new Set<number>();
  for (;;) {
    const fresh = (await descendantsOf(init)).filter((pid) => !stopped.has(pid));
    if (fresh.length === 0) return;
    for (const pid of fresh) {
      send(pid, "SIGSTOP");
      stopped.add(pid);
    }
  }
}

/** Sends a signal; a process that is gone already is none to send it to. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (thrown) {
    // It was faster than we.
    if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown;
  }
}
