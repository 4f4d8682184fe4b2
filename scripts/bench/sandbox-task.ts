import { chown, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { enterSandbox, ordinaryUserId } from "../../harness/cluster/sandbox/enter.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { cacheDirectory } from "../../harness/process/cache-directory.js";
import { checkout } from "../conformance/plan-run.ts";
import type { BenchContext, Measure } from "./measure.ts";

/** What the program inside is asked for. */
export interface InsideTask {
  readonly programs: {
    readonly etcd: string;
    readonly kubeApiserver: string;
    /** Absent where the control plane came without it. */
    readonly kubeProxy?: string;
  };
  readonly repetitions: number;
  readonly report: (line: string) => void;
}

/** The same as text, with where the measures go. */
export interface TaskMessage extends Omit<InsideTask, "report"> {
  readonly name: string;
  /** Absolute path of a file that does not exist yet. */
  readonly answer: string;
}

export const taskVariable = "LEAKPROOF_BENCH";

/**
 * Measures inside of the sandbox, as a run would see it.
 *
 * @param name - what `inside.ts` knows
 * @throws {HarnessError} `run/internal` where the program inside failed; it has said why on stderr
 */
export async function measureInside(
  name: string,
  ownRepetitions: number,
  context: BenchContext,
): Promise<readonly Measure[]> {
  const { etcd, kubeApiserver, kubeProxy } = context.controlPlane;
  const paths = {
    etcd: etcd.path,
    kubeApiserver: kubeApiserver.path,
    ...(kubeProxy === undefined ? {} : { kubeProxy: kubeProxy.path }),
  };
  const directory = await mkdtemp(join(tmpdir(), "leakproof-bench-"));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(directory, { recursive: true, force: true }));
  const user = ordinaryUserId(context.asRoot);
  if (user) await chown(directory, user.uid, user.gid);
  const task: TaskMessage = {
    name,
    programs: paths,
    repetitions: context.repetitions(ownRepetitions),
    answer: join(directory, "measures.json"),
  };
  context.signal.throwIfAborted();
  const sandbox = enterSandbox({
    argv: [process.execPath, fileURLToPath(new URL("inside.ts", import.meta.url))],
    env: { [taskVariable]: JSON.stringify(task) },
    readable: [checkout, process.execPath, cacheDirectory(), directory, ...Object.values(paths)],
    asRoot: context.asRoot,
  });
  const stop = (): void => sandbox.kill();
  context.signal.addEventListener("abort", stop);
  undo.defer(() => context.signal.removeEventListener("abort", stop));
  const exitCode = await sandbox.exited;
  context.signal.throwIfAborted();
  if (exitCode !== 0)
    throw new HarnessError(
      "run/internal",
      `measuring ${name} in the sandbox ended with exit code ${exitCode}.`,
    );
  return JSON.parse(await readFile(task.answer, "utf8")) as readonly Measure[];
}
