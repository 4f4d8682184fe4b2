import { readFileSync } from "node:fs";
import { describeDatagram, describeWrite, type WriteDescription } from "./describe-write.ts";
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
  /** The tracer made the call fail: it was not carried out. */
  readonly isInjected: boolean;
  /** The writer was killed inside of the call. */
  readonly isUnfinished: boolean;
}

/** What counts as a write: those to network state; or datagrams, with which the tracer tests itself. */
export type Sight = "writes" | "datagrams";

function commandOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  } catch {
    return []; // It is gone; its thread was never seen to start a program.
  }
}

function createIndex(onWrite: (write: TracedWrite) => void, sees: Sight): (entry: TraceEntry) => void {
  const describe = sees === "writes" ? describeWrite : describeDatagram;
  const programs = new Map<number, readonly string[]>();
  return (entry) => {
    if (entry.kind === "exec") return void programs.set(entry.pid, entry.argv);
    if (entry.kind === "end") return void programs.delete(entry.pid);
    const description = describe(entry);
    if (!description) return undefined;
    const { pid, epochMs, name, error, isInjected, isUnfinished } = entry;
    onWrite({
      ...description,
      epochMs,
      pid,
      argv: programs.get(pid) ?? commandOf(pid),
      call: name,
      ...(error === undefined ? {} : { error }),
      isInjected,
      isUnfinished,
    });
    if (isUnfinished) programs.delete(pid);
    return undefined;
  };
}

/**
 * Turns the lines of a trace into writes; knows which program each process runs.
 *
 * @param onWrite - called for each write in the order in which the calls ended
 * @returns a function to be given line by line
 */
export function createWriteReader(
  onWrite: (write: TracedWrite) => void,
  sees: Sight,
): (line: string) => void {
  const index = createIndex(onWrite, sees);
  const readLine = createLineReader();
  return (line) => {
    const entry = readLine(line);
    if (entry) index(entry);
  };
}
