import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { runGuarded } from "../../harness/process/guard.js";
import { checkout } from "../conformance/plan-run.ts";
import type { BenchContext } from "./measure.ts";

/** The entry that `npm run conformance` starts. */
export const entry: readonly [string, string, string] = [
  process.execPath,
  join(checkout, "bin", "leakproof.js"),
  "conformance",
];

/** One seed for all runs, so that each does the same. */
const seed = "1";

/** The end of a command line: everything that is the same for all runs. */
export function commonArguments({ asRoot }: Pick<BenchContext, "asRoot">, out: string): readonly string[] {
  return ["--seed", seed, "--out", out, ...(asRoot ? ["--as-root"] : [])];
}

/** A directory for the reports of runs that are only timed. */
export async function temporaryOut(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "leakproof-bench-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/**
 * Runs a command of this project to its end.
 *
 * @returns ms from its start to its end
 * @throws {HarnessError} `run/internal` where it exits with another code than 0: what it did is no figure
 */
export async function timeCommand(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const began = performance.now();
  const { code, output } = await runGuarded(argv, { cwd: checkout, signal });
  const durationMs = performance.now() - began;
  if (code !== 0) {
    const end = output.trimEnd().split("\n").slice(-15).join("\n");
    throw new HarnessError(
      "run/internal",
      `\`${argv.join(" ")}\` ended with exit code ${code}.\nSaw: ${end}`,
    );
  }
  return durationMs;
}
