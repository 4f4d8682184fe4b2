import type { Duplex } from "node:stream";
import type { TakenOrder } from "./exec-orders.ts";
import { type ExecRequest, renderExit } from "./exec-request.ts";
import { serveSpdy, type SpdyStream } from "./spdy-session.ts";

/** What a command prints goes here while it runs. */
interface ExecOutput {
  readonly stdout: (data: Buffer) => void;
  readonly stderr: (data: Buffer) => void;
}

/**
 * Runs a command to its end and gives its exit code.
 *
 * @param stopAfterWrites - it is killed once it has done so many writes of rules
 */
export type RunCommand = (
  request: ExecRequest,
  output: ExecOutput,
  stopAfterWrites?: number,
) => Promise<number>;

/** What became of an exec. */
export type ExecState = "held" | "begun" | "ended" | "withheld" | "cut" | "abandoned";

export interface ExecJob {
  readonly request: ExecRequest;
  readonly order: TakenOrder | undefined;
  readonly run: RunCommand;
  readonly note: (state: ExecState, exitCode?: number) => void;
}

/** How long the other side may take to open its streams, in ms. */
const streamsTimeoutMs = 10_000;

type Streams = ReadonlyMap<string, SpdyStream>;

/** The streams of an exec, once all are there. */
async function untilOpened(
  wanted: readonly string[],
  opened: Map<string, SpdyStream>,
  onOpened: (listener: () => void) => void,
  closed: Promise<void>,
): Promise<Streams | undefined> {
  const hasAll = (): boolean => wanted.every((name) => opened.has(name));
  const all = new Promise<true>((resolve) => {
    if (hasAll()) resolve(true);
    onOpened(() => {
      if (hasAll()) resolve(true);
    });
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, streamsTimeoutMs);
  });
  const isOpen = await Promise.race([all, closed, late]);
  clearTimeout(timer);
  return isOpen === true ? opened : undefined;
}

/** Runs it and does what the order says; true where the other side is to be told the code. */
async function perform(
  { request, order, run, note }: ExecJob,
  streams: Streams,
  session: { readonly closed: Promise<void>; isClosed(): boolean },
): Promise<number | undefined> {
  const act = order?.act;
  if (act?.kind === "hold") {
    order?.tellReached();
    note("held");
    await Promise.race([order?.released, session.closed]);
    if (session.isClosed()) {
      // Whoever asked is gone before anything was started: nothing is.
      note("abandoned");
      return undefined;
    }
  }
  note("begun");
  const output: ExecOutput = {
    stdout: (data) => streams.get("stdout")?.write(data),
    stderr: (data) => streams.get("stderr")?.write(data),
  };
  const stopAfter = act?.kind === "fail" ? act.afterWrites : undefined;
  const seen = await run(request, output, stopAfter);
  const exitCode = act?.kind === "fail" ? act.exitCode : seen;
  note("ended", exitCode);
  if (act?.kind === "fail") order?.tellReached();
  if (act?.kind !== "withhold" && act?.kind !== "cut") return exitCode;
  order?.tellReached();
  if (act.kind === "cut") {
    note("cut");
    return undefined;
  }
  note("withheld");
  await Promise.race([order?.released, session.closed]);
  return exitCode;
}

/**
 * Answers one exec on a connection that has just been turned into SPDY/3.1, by v4.channel.k8s.io: opens no
 * stream, runs the command when the other side has opened all of its own, and tells the exit code on the
 * stream for errors. A command that has begun goes on to its end, whoever listens.
 *
 * @returns when the command has ended and its answer is sent, or will not be
 */
export async function serveExec(socket: Duplex, head: Buffer, job: ExecJob): Promise<void> {
  const opened = new Map<string, SpdyStream>();
  let tell = (): void => undefined;
  const session = serveSpdy(socket, head, (stream) => {
    opened.set(stream.headers["streamtype"] ?? "", stream);
    tell();
  });
  let isClosed = false;
  void session.closed.then(() => (isClosed = true));
  const wanted = ["error", ...job.request.streams];
  const streams = await untilOpened(wanted, opened, (listener) => (tell = listener), session.closed);
  if (streams === undefined) return session.destroy();
  const exitCode = await perform(job, streams, { closed: session.closed, isClosed: () => isClosed });
  if (exitCode === undefined) return session.destroy();
  const error = streams.get("error");
  error?.write(Buffer.from(renderExit(exitCode)));
  for (const stream of [streams.get("stdout"), streams.get("stderr"), error]) stream?.end();
  // The other side closes; where it does not, the connection is not left open for good.
  setTimeout(() => session.end(), 1_000).unref();
}
