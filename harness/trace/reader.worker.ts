import { constants, openSync } from "node:fs";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { parentPort, workerData } from "node:worker_threads";
import { createWriteReader, type Sight, type TracedWrite } from "./index-writes.ts";
import type { FromReader, HoldPolicy, ToReader } from "./reader-protocol.ts";

/**
 * A thread that reads one trace and stops the tracer behind the writes that are asked for. It does nothing
 * else, so that it is quicker than the moment for which a call's thread is held.
 */
const start = workerData as { readonly path: string; readonly policy: HoldPolicy; readonly sees: Sight };
let { policy } = start;
let tracer: number | undefined;
let isHolding = false;
/** Writes of rules since the policy was given. */
let count = 0;

function signalTracer(signal: "SIGSTOP" | "SIGCONT"): boolean {
  if (tracer === undefined) return false;
  try {
    process.kill(tracer, signal);
    return true;
  } catch {
    return false; // It has ended, and with it everything that it traced.
  }
}

function isWanted({ kind, what }: TracedWrite): boolean {
  if (kind !== "rules") return false;
  count += 1;
  if (policy === "none" || isHolding) return false;
  if (policy === "every") return true;
  return "nth" in policy ? policy.nth === count : policy.what.includes(what);
}

const fd = openSync(start.path, constants.O_RDONLY | constants.O_NONBLOCK);
const input = new Socket({ fd, readable: true, writable: false });
const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
const readLine = createWriteReader((write) => {
  const isHeld = isWanted(write) && signalTracer("SIGSTOP");
  if (isHeld) isHolding = true;
  parentPort?.postMessage({ write, isHeld } satisfies FromReader);
}, start.sees);
lines.on("line", readLine);
lines.once("close", () => parentPort?.close());

parentPort?.on("message", (message: ToReader) => {
  switch (message.kind) {
    case "tracer":
      tracer = message.pid;
      return;
    case "hold":
      policy = message.policy;
      count = 0;
      return;
    case "release":
      isHolding = false;
      signalTracer("SIGCONT");
  }
});
