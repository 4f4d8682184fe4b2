import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createMark } from "../../harness/process/marked-processes.fixture.ts";

const checkout = resolve(import.meta.dirname, "../..");

/** A process as /proc shows it; `startTime` tells it from a later one of the same number. */
export interface SeenProcess {
  readonly pid: number;
  readonly parent: number;
  readonly startTime: string;
  readonly command: string;
}

async function readProcess(pid: number): Promise<SeenProcess | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z") return undefined;
    const command = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").join(" ").trim();
    return { pid, parent: Number(fields[1]), startTime: fields[19] ?? "", command };
  } catch {
    // It ended while it was looked at.
    return undefined;
  }
}

/** `root` and everything below it, engines included, which have no mark of ours in their environment. */
export async function processTree(root: number): Promise<readonly SeenProcess[]> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const seen = (await Promise.all(names.map((name) => readProcess(Number(name))))).filter(
    (each) => each !== undefined,
  );
  const tree = seen.filter(({ pid }) => pid === root);
  for (let index = 0; index < tree.length; index++) {
    tree.push(...seen.filter(({ parent }) => parent === tree[index]?.pid));
  }
  return tree;
}

/** Those of `processes` that still run. */
export async function survivors(processes: readonly SeenProcess[]): Promise<readonly SeenProcess[]> {
  const now = await Promise.all(processes.map(({ pid }) => readProcess(pid)));
  return processes.filter(({ startTime }, index) => now[index]?.startTime === startTime);
}

/** A run of `npm run conformance` in a place of its own. */
export interface StartedRun extends AsyncDisposable {
  readonly npm: ChildProcess;
  readonly pid: number;
  /** `code` as a shell counts it: npm ends itself by the signal that its script was ended by. */
  readonly ended: Promise<{ readonly code: number; readonly output: string }>;
  /** Its --out, and its directory for temporary files. */
  readonly out: string;
  readonly temporary: string;
  readonly mark: ReturnType<typeof createMark>;
}

/** Starts a run of one scenario of the reference engine, as the leader of a process group, as a shell does. */
export async function startRun(npmArguments: readonly string[] = []): Promise<StartedRun> {
  const folder = await mkdtemp(join(tmpdir(), "leakproof-run-"));
  const [out, temporary] = [join(folder, "out"), await mkdtemp(join(folder, "tmp-"))];
  const mark = createMark();
  const { NODE_OPTIONS: _, CI: __, ...inherited } = process.env;
  const run = [
    "--engine",
    "reference",
    "--scenario",
    "egress-service-deleted",
    "--clusters",
    "1",
    "--out",
    out,
  ];
  const npm = spawn("npm", ["run", "conformance", ...npmArguments, "--", ...run], {
    cwd: checkout,
    // npm keeps a cache of compiled code in TMPDIR, which is its own business.
    env: { ...inherited, ...mark.env, TMPDIR: temporary, NODE_DISABLE_COMPILE_CACHE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  for (const stream of [npm.stdout, npm.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  const ended = once(npm, "exit").then(([code, signal]: unknown[]) => ({
    code: typeof code === "number" ? code : 128 + constants.signals[signal as NodeJS.Signals],
    output,
  }));
  return {
    npm,
    pid: npm.pid ?? Number.NaN,
    ended,
    out,
    temporary,
    mark,
    async [Symbol.asyncDispose]() {
      for (const pid of await mark.pids()) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // It went by itself.
        }
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
