import { constants, openSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { run } from "../process/run.ts";
import { describeWrite, type WriteDescription } from "./describe-write.ts";
import { createLineReader, type TraceEntry } from "./strace-lines.ts";

/** One write to the kernel's network state, seen when its call was done. */
export interface TracedWrite extends WriteDescription {
  /** Entry of the call, ms since 1970. */
  readonly epochMs: number;
  /** Of the writing thread, as the harness sees it. */
  readonly pid: number;
  /** Program and arguments of the writer; empty where it was gone before it could be asked. */
  readonly argv: readonly string[];
  /** The system call. */
  readonly call: string;
  /** Error that the call itself returned. Netlink refuses in its answer, which no call shows. */
  readonly error?: string;
  /** The writer was killed inside of the call. */
  readonly isUnfinished: boolean;
}

/** A trace of one engine process and of all that it forks. */
export interface Trace extends AsyncDisposable {
  /** Stands in front of the command line that is to be traced. */
  readonly argv: readonly [string, ...string[]];
  /** Resolves when every line was read, which is after the end of the last traced process. */
  readonly ended: Promise<void>;
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

function commandOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  } catch {
    return []; // It is gone; its thread was never seen to start a program.
  }
}

/** Turns entries into writes; knows which program each process runs. */
function createIndex(onWrite: (write: TracedWrite) => void): (entry: TraceEntry) => void {
  const programs = new Map<number, readonly string[]>();
  return (entry) => {
    if (entry.kind === "exec") return void programs.set(entry.pid, entry.argv);
    if (entry.kind === "end") return void programs.delete(entry.pid);
    const description = describeWrite(entry);
    if (!description) return undefined;
    const { pid, epochMs, name, error, isUnfinished } = entry;
    onWrite({
      ...description,
      epochMs,
      pid,
      argv: programs.get(pid) ?? commandOf(pid),
      call: name,
      ...(error === undefined ? {} : { error }),
      isUnfinished,
    });
    if (isUnfinished) programs.delete(pid);
    return undefined;
  };
}

/** Threads and children too, absolute times, descriptors with their protocols, nothing about signals. */
function straceCommand(path: string): readonly [string, ...string[]] {
  const calls = `trace=${tracedCalls.join(",")}`;
  const output = ["-q", "-ttt", "-yy", "-s", "256", "-e", "signal=none", "-o", path] as const;
  return ["strace", "-f", "--seccomp-bpf", "-e", calls, "-e", refused, ...output, "--"];
}

/**
 * Prepares a trace that is written to a pipe at `path`, which is made here and removed with the trace.
 *
 * A filter in the kernel (seccomp) lets all other calls run untouched. The tracer stands outside of the
 * engine's own process tree, so that the engine neither sees nor ends it.
 *
 * @param onWrite - called for each write in the order in which the calls ended
 */
export async function openTrace(path: string, onWrite: (write: TracedWrite) => void): Promise<Trace> {
  await rm(path, { force: true });
  await run(["mkfifo", path], { timeoutMs: 5_000 });
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const socket = new Socket({ fd, readable: true, writable: false });
  const index = createIndex(onWrite);
  const readLine = createLineReader();
  const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on("line", (line) => {
    const entry = readLine(line);
    if (entry) index(entry);
  });
  const ended = new Promise<void>((resolve) => void lines.once("close", resolve));
  return {
    argv: straceCommand(path),
    ended,
    async [Symbol.asyncDispose]() {
      socket.destroy();
      lines.close();
      await rm(path, { force: true });
    },
  };
}
