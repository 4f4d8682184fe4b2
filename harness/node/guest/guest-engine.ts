import type { ExitStatus } from "../../process/start.ts";
import type { TracedWrite } from "../../trace/index-writes.ts";
import type { WriteGate } from "../../trace/tracer.ts";
import type { EngineProcess, EngineStart } from "../node.ts";
import type { GuestLink } from "./link.ts";
import type { EngineAct, GuestEvent } from "./protocol.ts";

/** More of an engine's output than this is dropped from the front, in characters. */
const logLimit = 4 * 1024 * 1024;

export interface GuestEngineOptions {
  readonly link: GuestLink;
  /** Unlike that of any other engine of the guest. */
  readonly engine: number;
  /** How far the guest's clock is ahead of ours, in ms. */
  readonly aheadMs: number;
}

interface Heard {
  readonly exited: Promise<ExitStatus>;
  hasExited(): boolean;
  log(): string;
  stop(): void;
}

/** Hears of one engine and hands on what comes, in times of this machine's clock. */
function listen({ link, engine, aheadMs }: GuestEngineOptions, start: EngineStart): Heard {
  const { promise: exited, resolve } = Promise.withResolvers<ExitStatus>();
  let isGone = false;
  let log = "";
  const end = (status: ExitStatus): void => {
    isGone = true;
    resolve(status);
  };
  const ours = (write: TracedWrite): TracedWrite => ({ ...write, epochMs: write.epochMs - aheadMs });
  const hear = (event: GuestEvent): void => {
    if (!("engine" in event) || event.engine !== engine) return;
    if (event.kind === "line") {
      log = `${log}${event.line}\n`.slice(-logLimit);
      start.onLine(event.line);
    } else if (event.kind === "exited") {
      log = event.log;
      end(event.status);
    } else if (event.kind === "write") start.onKernelWrite(ours(event.write));
    else start.gate?.onHeld(ours(event.write));
  };
  const stop = link.onEvent(hear);
  // With its guest it is gone too; who asks the guest for something is told.
  void link.closed.then(() => end({ signal: "SIGKILL" }));
  return { exited, hasExited: () => isGone, log: () => log, stop };
}

/**
 * Starts an engine in a guest. What it prints and writes comes with a delay of some ms; its order is kept.
 *
 * @throws {HarnessError} `guest/lost`, and what the start itself threw
 */
export async function startGuestEngine(
  options: GuestEngineOptions,
  start: EngineStart,
): Promise<EngineProcess> {
  const { link, engine } = options;
  const { onLine: _, onKernelWrite: __, gate, ...data } = start;
  const heard = listen(options, start);
  const act = (what: EngineAct): Promise<null> => link.ask("engine", { engine, ...what });
  try {
    await link.ask("startEngine", { ...data, engine, ...(gate && { policy: gate.policy }) });
  } catch (thrown) {
    heard.stop();
    throw thrown;
  }
  // Neither is waited for: what was asked for first is done first.
  const writeGate: WriteGate = {
    hold: (policy) => void act({ act: "hold", policy }).catch(() => undefined), // A guest that is gone holds nobody.
    release: () => void act({ act: "release" }).catch(() => undefined), // As above.
  };
  return {
    exited: heard.exited,
    hasExited: () => heard.hasExited(),
    signal: async (signal) => void (await act({ act: "signal", signal })),
    killTree: async () => {
      await act({ act: "killTree" });
      await heard.exited;
    },
    killAlone: async (graceMs) => {
      await act({ act: "killAlone", graceMs });
      await heard.exited;
    },
    pause: async () => void (await act({ act: "pause" })),
    resume: async () => void (await act({ act: "resume" })),
    ...(gate === undefined ? {} : { gate: writeGate }),
    tail: (lines) => heard.log().trimEnd().split("\n").slice(-lines).join("\n"),
    log: () => heard.log(),
    async [Symbol.asyncDispose]() {
      await act({ act: "dispose" }).catch(() => undefined); // Its guest is gone, and it with it.
      heard.stop();
    },
  };
}
