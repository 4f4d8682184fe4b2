import { readFile } from "node:fs/promises";
import { type RunningProcess, startProcess } from "../process/start.ts";
import { until } from "../wait/until.ts";
import { parseFileLocks, waitersBehind } from "./file-locks.ts";

/** Somebody who holds the lock of a node's legacy tables, until it is disposed. */
export interface XtablesHolder extends AsyncDisposable {
  /** A process of the engine that waits for the lock, with its command line; undefined while none does. */
  engineWaiting(): Promise<string | undefined>;
}

/** A process of ours that locks `path` until it is killed, or we are. */
function startHolder(path: string): Promise<RunningProcess> {
  const argv = [
    "setpriv",
    "--pdeathsig",
    "KILL",
    "--",
    "flock",
    "--no-fork",
    path,
    "sleep",
    "infinity",
  ] as const;
  return startProcess(argv, { extendEnv: true });
}

/** How long others may take to give us the lock, in ms. */
const lockTimeoutMs = 10_000;

async function readLocks(): Promise<ReturnType<typeof parseFileLocks>> {
  return parseFileLocks(await readFile("/proc/locks", "utf8"));
}

/** Whether a process lives in a process tree of its own below ours, as engines do and tools of ours do not. */
async function isEngines(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return (/^NSpid:\s*(.*)$/m.exec(status)?.[1] ?? "").split(/\s+/).length > 1;
}

/** The command line of a process of the engine that waits for the lock. */
async function engineWaiting(holder: number): Promise<string | undefined> {
  for (const pid of waitersBehind(await readLocks(), holder)) {
    if (!(await isEngines(pid))) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8");
    return `process ${pid} waits for the lock: ${command.split("\0").join(" ").trim()}`;
  }
  return undefined;
}

/**
 * Takes the lock of the legacy tables, in the kernel that this process runs on.
 *
 * @param path - the file that all who change the tables lock
 * @throws {HarnessError} `wait/timed-out` where others do not give it within 10 s
 */
export async function holdXtablesLock(path: string): Promise<XtablesHolder> {
  const holder = await startHolder(path);
  const holds = async (): Promise<true | undefined> =>
    (await readLocks()).some(({ pid, isWaiting }) => pid === holder.pid && !isWaiting) ? true : undefined;
  try {
    await until("the lock of the legacy tables is ours", holds, { timeoutMs: lockTimeoutMs, everyMs: 5 });
  } catch (thrown) {
    await holder[Symbol.asyncDispose]();
    throw thrown;
  }
  return {
    engineWaiting: () => engineWaiting(holder.pid),
    [Symbol.asyncDispose]: () => holder[Symbol.asyncDispose](),
  };
}
