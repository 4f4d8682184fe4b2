import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { HarnessError } from "../errors/harness-error.ts";

/** Streams between a command and this process, in this order: out of the command through these, or through these into it. */
type Streams = readonly NodeJS.ReadWriteStream[];

/**
 * Runs a command and passes what it prints through `through` to `target`.
 *
 * @throws {HarnessError} `node/command-failed`, with the end of its stderr; whatever a stream threw
 */
export async function pipeFromCommand(
  argv: readonly [string, ...string[]],
  through: Streams,
  target: Writable,
  signal?: AbortSignal,
): Promise<void> {
  const [program, ...args] = argv;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...(signal && { signal }) });
  await Promise.all([pipeline([child.stdout, ...through, target]), ended(argv, child)]);
}

/**
 * Passes `source` through `through` to the input of a command, and waits for its end.
 *
 * @throws {HarnessError} `node/command-failed`, with the end of its stderr; whatever a stream threw
 */
export async function pipeToCommand(
  source: Readable,
  through: Streams,
  argv: readonly [string, ...string[]],
  signal?: AbortSignal,
): Promise<void> {
  const [program, ...args] = argv;
  const child = spawn(program, args, { stdio: ["pipe", "ignore", "pipe"], ...(signal && { signal }) });
  // A command that ends early closes its input; its own words tell more than the broken pipe.
  const [piped, end] = await Promise.allSettled([
    pipeline([source, ...through, child.stdin]),
    ended(argv, child),
  ]);
  if (end.status === "rejected") throw end.reason;
  if (piped.status === "rejected") throw piped.reason;
}

async function ended(
  argv: readonly string[],
  child: ReturnType<typeof spawn> & { readonly stderr: Readable },
): Promise<void> {
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said = (said + chunk).slice(-2000);
  });
  await once(child, "close");
  const { exitCode, signalCode } = child;
  if (exitCode === 0) return;
  throw new HarnessError(
    "node/command-failed",
    `\`${argv.join(" ").slice(0, 400)}\` failed: exit code or signal ${exitCode ?? signalCode}\nSaw: ${said.trim() || "no output"}`,
  );
}
