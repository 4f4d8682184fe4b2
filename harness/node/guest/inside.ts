import { openSync, createReadStream, createWriteStream } from "node:fs";
import { release } from "node:os";
import { HarnessError } from "../../errors/harness-error.ts";
import { createHands } from "../agent/perform.ts";
import { createNodeBody } from "../node-body.ts";
import type { EngineProcess } from "../node.ts";
import type { XtablesHolder } from "../xtables-holder.ts";
import { readJsonLines, renderJsonLine } from "./lines.ts";
import type {
  AnswerOf,
  ArgumentOf,
  EngineAct,
  FromGuest,
  GuestCall,
  GuestEngineStart,
  ToGuest,
} from "./protocol.ts";

// The harness's hands in a guest: runs in its node's namespace, and hears of the harness by a port of the
// machine, which is none of its networks.

/** Where QEMU emulates the processor and the machine is busy, a snapshot takes half a minute, in ms. */
const execTimeoutMs = 300_000;

const [port = "", name = "", directory = ""] = process.argv.slice(2);
// A port is opened once, for both directions.
const fd = openSync(port, "r+");
const output = createWriteStream("", { fd, autoClose: false });

function tell(message: FromGuest): void {
  output.write(renderJsonLine(message));
}

const body = await createNodeBody(name, directory, execTimeoutMs);
const hands = createHands((sample) => tell({ kind: "probe", sample }));
const engines = new Map<number, EngineProcess>();
const holders = new Map<number, XtablesHolder>();

function found<T>(what: string, known: ReadonlyMap<number, T>, id: number): T {
  const value = known.get(id);
  if (value === undefined) throw new HarnessError("run/internal", `the guest has no ${what} ${id}`);
  return value;
}

async function startEngine({ engine, policy, ...start }: GuestEngineStart): Promise<null> {
  const started = await body.startEngine({
    ...start,
    onLine: (line) => tell({ kind: "line", engine, line }),
    onKernelWrite: (write) => tell({ kind: "write", engine, write }),
    ...(policy === undefined
      ? {}
      : { gate: { policy, onHeld: (write) => tell({ kind: "held", engine, write }) } }),
  });
  engines.set(engine, started);
  void started.exited.then((status) => tell({ kind: "exited", engine, status, log: started.log() }));
  return null;
}

async function act(process: EngineProcess, what: EngineAct): Promise<void> {
  switch (what.act) {
    case "signal":
      return process.signal(what.signal);
    case "killAlone":
      return process.killAlone(what.graceMs);
    case "hold":
      return process.gate?.hold(what.policy);
    case "release":
      return process.gate?.release();
    case "dispose":
      return process[Symbol.asyncDispose]();
    case "killTree":
    case "pause":
    case "resume":
      return process[what.act]();
  }
}

const calls: { readonly [Call in GuestCall]: (argument: ArgumentOf<Call>) => Promise<AnswerOf<Call>> } = {
  clock: async () => Date.now(),
  hands,
  exec: ({ argv, ...options }) => body.exec(argv, options),
  writeFiles: async (files) => (await body.writeEngineFiles(files), null),
  giveOrder: async (order) => (await body.tools.give(order), null),
  withdrawOrder: async (order) => (await body.tools.withdraw(order), null),
  bites: (order) => body.tools.bites(order),
  holdLock: async () => {
    const holder = holders.size + 1;
    holders.set(holder, await body.holdXtablesLock());
    return holder;
  },
  lockWaiter: async (holder) => (await found("holder", holders, holder).engineWaiting()) ?? null,
  releaseLock: async (holder) => (await found("holder", holders, holder)[Symbol.asyncDispose](), null),
  startEngine,
  engine: async ({ engine, ...what }) => (await act(found("engine", engines, engine), what), null),
};

function tellFailure(id: number, thrown: unknown): void {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code = thrown instanceof HarnessError ? { code: thrown.code } : {};
  tell({ kind: "failed", id, ...code, message });
}

/** The argument is what the other side of this same program sent for that call. */
function answer({ id, call, argument }: ToGuest): void {
  const perform = calls[call] as (argument: unknown) => Promise<unknown>;
  perform(argument).then(
    (value) => tell({ kind: "answer", id, value }),
    (thrown: unknown) => tellFailure(id, thrown),
  );
}

const input = createReadStream("", { fd, autoClose: false });
readJsonLines(input, (message) => answer(message as ToGuest));
tell({ kind: "hello", kernel: release() });
