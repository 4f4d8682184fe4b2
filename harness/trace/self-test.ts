import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HarnessError } from "../errors/harness-error.ts";
import { startProcess } from "../process/start.ts";
import { until } from "../wait/until.ts";
import { openTrace } from "./tracer.ts";

/** Threads of the writer, and datagrams that each would send. */
const threads = 4;
const datagrams = 50;
/** The writer is held at this one. */
const heldAt = 77;

/** How long a line of the trace, or a datagram, may be on its way while everybody is held, in ms. */
const arrivalMs = 2_000;

async function childOf(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.trim() === "" ? undefined : Number(text.trim().split(" ")[0]);
}

function broken(what: string): HarnessError {
  return new HarnessError(
    "machine/tracer-broken",
    `the tracer does not hold what it traces: ${what}.\nFix: look at strace --version (6.1 is known to work), and at what else traces processes on this machine.`,
  );
}

/**
 * Shows on this machine, with this strace, that no write passes the tracer and that everybody stops when it
 * is stopped: a program with several threads sends datagrams over loopback, is held in the middle, and
 * killed. Everything that arrived was seen, and after the hold nothing came but the one call of each other
 * thread that had begun before it.
 *
 * @param directory - an own directory for the trace's pipe
 * @throws {HarnessError} `machine/tracer-broken`
 */
export async function testTracer(directory: string): Promise<void> {
  const socket = createSocket("udp4");
  let arrived = 0;
  socket.on("message", () => (arrived += 1));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  let seen = 0;
  const { promise: held, resolve: onHeld } = Promise.withResolvers<true>();
  try {
    await using trace = await openTrace({
      path: join(directory, "self-test"),
      sees: "datagrams",
      onWrite: () => (seen += 1),
      gate: { policy: { nth: heldAt }, onHeld: () => onHeld(true) },
    });
    const writer = fileURLToPath(new URL("self-test.writer.ts", import.meta.url));
    const words = [String(socket.address().port), String(threads), String(datagrams)];
    await using child = await startProcess([...trace.argv, process.execPath, writer, ...words], {
      extendEnv: true,
    });
    trace.follow(child.pid);
    const isHeld = await Promise.race([held, child.exited.then(() => false)]);
    if (!isHeld)
      throw broken(`it ended before it was held, with ${seen} writes seen; it said: ${child.tail(3)}`);
    const options = { timeoutMs: arrivalMs, everyMs: 5 };
    const hasArrived = async (): Promise<true | undefined> => (arrived >= seen ? true : undefined);
    const untilArrived = (): Promise<unknown> =>
      until("what was sent arrives", hasArrived, options).catch(() => undefined); // The counts tell.
    await untilArrived();
    // A call that was under way when the tracer stopped is done, and is seen only when the tracer goes on.
    const whenHeld = { seen, arrived };
    process.kill((await childOf(child.pid)) ?? child.pid, "SIGKILL");
    trace.gate?.hold("none");
    trace.gate?.release();
    await trace.ended;
    await untilArrived();
    // On a busy machine each other thread may end one call that was let go before the tracer stopped.
    const mostArrived = whenHeld.arrived + threads - 1;
    // One that the kill met at the kernel's door was seen, and was never done.
    const isSeen = seen >= arrived && seen < arrived + threads;
    if (whenHeld.arrived < heldAt || arrived > mostArrived || !isSeen) {
      throw broken(
        `${whenHeld.seen} writes were seen and ${whenHeld.arrived} had arrived when it was held at write ${heldAt}; ${seen} and ${arrived} when it was dead`,
      );
    }
  } finally {
    socket.close();
  }
}
