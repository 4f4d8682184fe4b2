import { readdirSync, readFileSync } from "node:fs";

/** How long QEMU wanted a processor of this machine and had none. */
export interface WaitWatch extends Disposable {
  /** In the last `lastMs`, of all its threads together, in ms: as far as was looked (10 s). */
  waitedMs(lastMs: number): number;
}

interface Look {
  readonly atMs: number;
  readonly waitedMs: number;
}

const everyMs = 100;
const rememberedMs = 10_000;
const nsPerMs = 1e6;

/**
 * Time on the run queue of all threads of a process, in ms (the second number of `schedstat`,
 * https://docs.kernel.org/scheduler/sched-stats.html).
 *
 * @param tasks - `/proc/PID/task`
 * @returns undefined where the process is gone, or the kernel does not count
 */
export function readWaited(tasks: string): number | undefined {
  try {
    const waits = readdirSync(tasks).map((task) => {
      const [, waitedNs] = readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ");
      return Number(waitedNs);
    });
    const sum = waits.reduce((all, one) => all + one, 0);
    return Number.isFinite(sum) ? sum / nsPerMs : undefined;
  } catch {
    // A thread that ends meanwhile, or the whole guest: the next look knows more.
    return undefined;
  }
}

/**
 * Looks at how long the threads of a process wait for a processor. A guest does not see that: its own clock goes
 * on, and what is slow in it looks as if its network were.
 *
 * @param read - as `readWaited`
 */
export function watchWaits(
  read: () => number | undefined,
  now: () => number = () => performance.now(),
): WaitWatch {
  const looks: Look[] = [];
  const look = (): void => {
    const waitedMs = read();
    if (waitedMs === undefined) return;
    const atMs = now();
    looks.push({ atMs, waitedMs });
    while (looks.length > 1 && (looks[1]?.atMs ?? atMs) < atMs - rememberedMs) looks.shift();
  };
  look();
  const timer = setInterval(look, everyMs);
  return {
    waitedMs(lastMs) {
      look();
      const began = now() - lastMs;
      const last = looks.at(-1);
      const first = looks.findLast(({ atMs }) => atMs <= began) ?? looks[0];
      return last === undefined || first === undefined ? 0 : Math.max(0, last.waitedMs - first.waitedMs);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
