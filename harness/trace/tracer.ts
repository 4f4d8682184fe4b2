import { constants, openSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import { run } from "../process/run.ts";
import { until } from "../wait/until.ts";
import { createWriteReader, type Sight, type TracedWrite } from "./index-writes.ts";
import type { FromReader, HoldPolicy, ToReader } from "./reader-protocol.ts";

/** Holds all that is traced at chosen writes, until it is let go. */
export interface WriteGate {
  /** Which writes hold, from now on. What is held already stays held. */
  hold(policy: HoldPolicy): void;
  /** Lets everybody go on who is held. */
  release(): void;
}

/** A trace of one engine process and of all that it forks. */
export interface Trace extends AsyncDisposable {
  /** Stands in front of the command line that is to be traced. */
  readonly argv: readonly [string, ...string[]];
  /** Resolves when every line was read, which is after the end of the last traced process. */
  readonly ended: Promise<void>;
  /** To be called with the tracer's process id as soon as it is known; without it nothing is held. */
  follow(tracerPid: number): void;
  /** Only where it was asked for. */
  readonly gate?: WriteGate;
}

export interface TraceOptions {
  /** Host path of the trace's pipe, which is made here and removed with the trace. */
  readonly path: string;
  /** Default: writes. */
  readonly sees?: Sight;
  /** Called for each write in the order in which the calls ended. */
  readonly onWrite: (write: TracedWrite) => void;
  /** Calls that fail, as strace's `inject=` has it: `sendmsg:error=EBUSY:when=1`. */
  readonly inject?: string;
  /** Where writers are to be held: every call is held for a moment at its end then, which costs time. */
  readonly gate?: {
    readonly policy: HoldPolicy;
    /** Called when a write is done and nobody writes any more, after `onWrite` of the same write. */
    readonly onHeld: (write: TracedWrite) => void;
  };
}

/** Calls that write network state, and what tells who makes them. */
const tracedCalls = [
  "execve",
  "sendto",
  "sendmsg",
  "sendmmsg",
  "setsockopt",
  "ioctl",
  "write",
  "writev",
  "bpf",
  "io_uring_setup",
] as const;

/** A ring of requests would pass by every traced call: an engine is told that the kernel has none. */
const refused = "inject=io_uring_setup,io_uring_enter,io_uring_register:error=ENOSYS";

/**
 * A call's thread is held this long after the call, in us: time for the reader to stop the tracer, and with
 * it all further writes. A rule is mostly written by sendmsg. By the others tools ask more than they write,
 * a dozen times in one `iptables -A`, so that theirs is shorter: a later stop is told by the state.
 * Neither write nor ioctl, which programs call for all their files and sockets.
 */
const holds = [
  { calls: ["sendmsg", "sendmmsg"], us: 20_000 },
  { calls: ["sendto"], us: 8_000 },
  { calls: ["setsockopt"], us: 3_000 },
];
const held = holds.flatMap(({ calls, us }) => ["-e", `inject=${calls.join(",")}:delay_exit=${us}`]);

/** Threads and children too, absolute times, descriptors with their protocols, nothing about signals. */
function straceCommand({ path, gate, inject }: TraceOptions): readonly [string, ...string[]] {
  const calls = `trace=${tracedCalls.join(",")}`;
  const output = ["-q", "-ttt", "-yy", "-s", "256", "-e", "signal=none", "-o", path] as const;
  const injected = [
    "-e",
    refused,
    ...(gate === undefined ? [] : held),
    ...(inject === undefined ? [] : ["-e", `inject=${inject}`]),
  ];
  return ["strace", "-f", "--seccomp-bpf", "-e", calls, ...injected, ...output, "--"];
}

interface Reader extends AsyncDisposable {
  readonly ended: Promise<void>;
  follow(tracerPid: number): void;
  readonly gate?: WriteGate;
}

/** Reads along in this thread: for a trace that holds nobody. */
function readHere({ path, onWrite, sees = "writes" }: TraceOptions): Reader {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const socket = new Socket({ fd, readable: true, writable: false });
  const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on("line", createWriteReader(onWrite, sees));
  return {
    ended: new Promise<void>((resolve) => void lines.once("close", resolve)),
    follow: () => undefined,
    async [Symbol.asyncDispose]() {
      socket.destroy();
      lines.close();
    },
  };
}

/** The tracer stops at its next step after SIGSTOP, not within kill(2). */
const stopDeadlineMs = 1_000;

async function untilStopped(pid: number): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""); // It is gone, and stopped for good.
    return stat === "" || /\) [tTZX] /.test(stat) ? true : undefined;
  };
  await until(`the tracer ${pid} stops`, look, { timeoutMs: stopDeadlineMs, everyMs: 1 });
}

/** Reads in a thread of its own, which stops the tracer within the time that a call is held, however busy this one is. */
function readApart(
  { path, onWrite, sees = "writes" }: TraceOptions,
  { policy, onHeld }: NonNullable<TraceOptions["gate"]>,
): Reader {
  const workerData = { path, policy, sees };
  // The pipe's descriptor is its socket's, which closes it: to be closed once more with the thread would hit
  // whoever got the same number meanwhile.
  const trackUnmanagedFds = false;
  const worker = new Worker(new URL("reader.worker.ts", import.meta.url), {
    workerData,
    env: {},
    trackUnmanagedFds,
  });
  const tell = (message: ToReader): void => worker.postMessage(message);
  let tracer = 0;
  const ended = new Promise<void>((resolve, reject) => {
    worker.on("message", ({ write, isHeld }: FromReader) => {
      onWrite(write);
      if (!isHeld) return;
      // One that does not stop is heard of by the state, which is then not what it should be.
      void untilStopped(tracer).then(
        () => onHeld(write),
        () => onHeld(write),
      );
    });
    worker.once("error", reject);
    worker.once("exit", () => resolve());
  });
  ended.catch(() => undefined); // Whoever waits for it is told.
  return {
    ended,
    follow(pid) {
      tracer = pid;
      tell({ kind: "tracer", pid });
    },
    gate: {
      hold: (wanted) => tell({ kind: "hold", policy: wanted }),
      release: () => tell({ kind: "release" }),
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}

/**
 * Prepares a trace.
 *
 * A filter in the kernel (seccomp) lets all other calls run untouched. The tracer stands outside of the
 * engine's own process tree, so that the engine neither sees nor ends it. A traced call begins only when
 * the tracer lets it: while the tracer is stopped, nothing is written by anybody.
 */
export async function openTrace(options: TraceOptions): Promise<Trace> {
  const { path, gate } = options;
  await rm(path, { force: true });
  await run(["mkfifo", path], { timeoutMs: 5_000 });
  const reader = gate === undefined ? readHere(options) : readApart(options, gate);
  return {
    argv: straceCommand(options),
    ended: reader.ended,
    follow: (pid) => reader.follow(pid),
    ...(reader.gate === undefined ? {} : { gate: reader.gate }),
    async [Symbol.asyncDispose]() {
      await reader[Symbol.asyncDispose]();
      await rm(path, { force: true });
    },
  };
}
