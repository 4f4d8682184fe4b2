import { constants, openSync, readFileSync } from "node:fs";
import { access, open, rm, writeFile } from "node:fs/promises";
import { Socket } from "node:net";
import { constants as osConstants } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { HarnessError } from "../../errors/harness-error.ts";
import { run } from "../../process/run.ts";
import type { ExitStatus } from "../../process/start.ts";
import { openTrace, type Trace } from "../../trace/tracer.ts";
import { until } from "../../wait/until.ts";
import { childrenOf, descendantsOf, send, stopAll } from "../engine-pids.ts";
import type { EngineProcess, EngineStart } from "../node.ts";
import { findFirstProcess } from "./find-first-process.ts";
import { gateWord, renderStart, renderStop } from "./pod-scripts.ts";
import { podFolder, podTool } from "./pod-tools.ts";

/** How the pod of an engine comes to a node, and another in its place. */
export interface EnginePods {
  /** Makes what kubelet starts the pod from, where that is not there yet; a pod of another version goes. */
  ensure(): Promise<void>;
  /** Uids of the engine's pods on this node, those left out that are about to end. */
  uids(): Promise<readonly string[]>;
  /** Deletes the pod at once; another takes its place, without the waiting that kubelet lays on one that crashed. */
  replace(): Promise<void>;
}

export interface EnginePodOptions {
  readonly start: EngineStart;
  /** Host path of the folder that the pod has at `podFolder`. */
  readonly folder: string;
  readonly nodePid: number;
  readonly pods: EnginePods;
}

const comesUpMs = 120_000;
/** kubelet starts a container that ended at once again; after that it waits, and the pod is replaced. */
const patienceMs = 8_000;
const goneEveryMs = 10;
const drainDeadlineMs = 2_000;
const logLimit = 4 * 1024 * 1024;

async function makePipe(path: string): Promise<void> {
  // One that is there may be waited at by the container.
  await access(path).catch(() => run(["mkfifo", "-m", "0600", path], { timeoutMs: 5_000 }));
}

/** Reads what the engine prints, through all of its lives. */
function readLog(path: string, onLine: (line: string) => void): Disposable & { text(): string } {
  // For writing too: else the pipe ends with each life.
  const socket = new Socket({
    fd: openSync(path, constants.O_RDWR | constants.O_NONBLOCK),
    readable: true,
    writable: false,
  });
  let text = "";
  let rest = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text = (text + chunk).slice(-logLimit);
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  return { text: () => text, [Symbol.dispose]: () => void socket.destroy() };
}

/** The container that waits at its gate: its first process, on this machine. */
export async function findAtGate({
  nodePid,
  pods,
}: Pick<EnginePodOptions, "nodePid"> & {
  readonly pods: Pick<EnginePods, "uids">;
}): Promise<number | undefined> {
  for (const pod of await pods.uids()) {
    const pid = await findFirstProcess({ nodePid, word: gateWord, pod });
    if (pid !== undefined) return pid;
  }
  return undefined;
}

/** Opens the gate for who waits at it; undefined where nobody does yet: a shell is there before it has opened the pipe. */
async function openGate(options: EnginePodOptions): Promise<number | undefined> {
  const pid = await findAtGate(options);
  if (pid === undefined) return undefined;
  const path = join(options.folder, "go");
  const gate = await open(path, constants.O_WRONLY | constants.O_NONBLOCK).catch((thrown: unknown) => {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENXIO") return undefined;
    throw thrown;
  });
  if (gate === undefined) return undefined;
  await gate.write("\n");
  await gate.close();
  return pid;
}

/** Waits until kubelet has brought the container up to its gate, and opens that. */
async function letGo(options: EnginePodOptions): Promise<number> {
  const { pods } = options;
  await pods.ensure();
  const began = performance.now();
  for (;;) {
    const pid = await until("the engine's pod waits to be let go", () => openGate(options), {
      timeoutMs: patienceMs,
      everyMs: 50,
    }).catch(() => undefined);
    if (pid !== undefined) return pid;
    if (performance.now() - began > comesUpMs) {
      throw new HarnessError(
        "engine/never-spawned",
        `the engine's pod did not come up within ${comesUpMs} ms.\nFix: look at it with --keep: kubectl describe pod says what kubelet lacks.`,
      );
    }
    await pods.replace();
  }
}

function isThere(pid: number): boolean {
  try {
    // A zombie has ended.
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false; // It has gone.
  }
}

function statusOf(folder: string): ExitStatus {
  try {
    const code = Number(readFileSync(join(folder, "exit"), "utf8"));
    const signal = Object.entries(osConstants.signals).find(([, number]) => number === code - 128)?.[0];
    return code > 128 && signal !== undefined ? { signal } : { exitCode: code };
  } catch {
    return { signal: "SIGKILL" }; // Its shell had no time to say anything.
  }
}

interface Life {
  /** Of the container's first process, on this machine. */
  readonly first: number;
  readonly trace: Trace | undefined;
  readonly exited: Promise<ExitStatus>;
  readonly log: () => string;
}

/** The engine itself: below the tracer where there is one. */
async function engineOf({ first, trace }: Life): Promise<number | undefined> {
  const [below] = await childrenOf(first).catch(() => []); // It has ended.
  if (below === undefined || trace === undefined) return below;
  return (await childrenOf(below).catch(() => []))[0];
}

function controlPod(life: Life, owned: AsyncDisposable): EngineProcess {
  const { first, trace, exited } = life;
  let isGone = false;
  void exited.then(() => {
    isGone = true;
  });
  const letWritersGo = (): void => {
    trace?.gate?.hold("none");
    trace?.gate?.release();
  };
  const signalEngine = async (signal: NodeJS.Signals): Promise<void> => {
    const engine = await engineOf(life);
    if (engine !== undefined && !isGone) send(engine, signal);
  };
  const killTree = async (): Promise<void> => {
    // The first process of a container takes all of it along.
    if (!isGone) send(first, "SIGKILL");
    letWritersGo();
    await exited;
  };
  return {
    exited,
    hasExited: () => isGone,
    signal: signalEngine,
    killTree,
    async killAlone(graceMs) {
      const engine = await engineOf(life);
      const [tracer] = await childrenOf(first).catch(() => []);
      await signalEngine("SIGKILL");
      letWritersGo();
      // Whoever loses its parent becomes a child of the container's first process.
      const isAlone = async (): Promise<true | undefined> =>
        (await descendantsOf(first)).some((pid) => pid !== engine && pid !== tracer && isThere(pid))
          ? undefined
          : true;
      await until("what the engine started ends", isAlone, { timeoutMs: graceMs, everyMs: 5 }).catch(
        () => undefined, // What does not end by itself within this time ends with the container.
      );
      await killTree();
    },
    async pause() {
      const [tracer] = await childrenOf(first).catch(() => []);
      if (tracer !== undefined && !isGone) await stopAll(tracer);
    },
    async resume() {
      for (const pid of await descendantsOf(first)) send(pid, "SIGCONT");
    },
    ...(trace?.gate === undefined ? {} : { gate: trace.gate }),
    tail: (lines) => life.log().trimEnd().split("\n").slice(-lines).join("\n"),
    log: life.log,
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

/**
 * Lets an engine run in its pod, traced by a tracer inside of the same container unless it is not to be.
 *
 * @throws {HarnessError} `engine/never-spawned` where kubelet does not bring the pod up
 */
export async function startEnginePod(options: EnginePodOptions): Promise<EngineProcess> {
  const { start, folder } = options;
  await using undo = new AsyncDisposableStack();
  for (const name of ["go", "log"]) await makePipe(join(folder, name));
  const log = undo.use(readLog(join(folder, "log"), start.onLine));
  const path = join(folder, "trace");
  const { onKernelWrite: onWrite, gate, inject } = start;
  const trace = start.untraced
    ? undefined
    : undo.use(await openTrace({ path, onWrite, ...(gate && { gate }), ...(inject && { inject }) }));
  // The container has the pipe elsewhere, and the tracer is ours.
  const [, ...words] = (trace?.argv ?? []).map((word) => (word === path ? `${podFolder}/trace` : word));
  const tracer = trace === undefined ? [] : [...podTool("strace"), ...words];
  await rm(join(folder, "exit"), { force: true });
  await writeFile(join(folder, "start"), renderStart(start, tracer), { mode: 0o600 });
  await writeFile(join(folder, "stop"), renderStop(trace !== undefined), { mode: 0o600 });
  const first = await letGo(options);
  undo.defer(() => {
    if (isThere(first)) send(first, "SIGKILL");
  });
  if (trace !== undefined) {
    const find = async (): Promise<number | undefined> =>
      isThere(first) ? (await childrenOf(first).catch(() => []))[0] : first;
    trace.follow(await until("the engine's tracer", find, { timeoutMs: 10_000, everyMs: 2 }));
  }
  const exited = (async (): Promise<ExitStatus> => {
    while (isThere(first)) await delay(goneEveryMs);
    const status = statusOf(folder);
    await Promise.race([trace?.ended, delay(drainDeadlineMs, undefined, { ref: false })]);
    return status;
  })();
  const owned = undo.move();
  return controlPod({ first, trace, exited, log: () => log.text() }, owned);
}
