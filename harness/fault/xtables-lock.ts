import { readFile } from "node:fs/promises";
import type { FaultAction } from "../model/fault.ts";
import { type RunningProcess, startProcess } from "../process/start.ts";
import { until } from "../wait/until.ts";
import type { Fault } from "./fault.ts";
import { inForce } from "./in-force.ts";
import { parseFileLocks, waitersBehind } from "./file-locks.ts";

type XtablesLock = Extract<FaultAction, { kind: "xtables-lock" }>;

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

/** Somebody holds the lock of the legacy tables. Bites when a process of the engine is seen to wait for it. */
export const xtablesLock: Fault<XtablesLock> = {
  kind: "xtables-lock",
  describe: () => "somebody holds /run/xtables.lock",
  async inject(_, target) {
    const holder = await startHolder(target.node.xtablesLock);
    const holds = async (): Promise<true | undefined> =>
      (await readLocks()).some(({ pid, isWaiting }) => pid === holder.pid && !isWaiting) ? true : undefined;
    try {
      await until("the lock of the legacy tables is ours", holds, { timeoutMs: lockTimeoutMs, everyMs: 5 });
    } catch (thrown) {
      await holder[Symbol.asyncDispose]();
      throw thrown;
    }
    return inForce(target, {
      look: () => engineWaiting(holder.pid),
      heal: async () => holder[Symbol.asyncDispose](),
    });
  },
};
