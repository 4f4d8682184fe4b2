import { tmpdir } from "node:os";
import { sweepKindClusters } from "../../harness/cluster/kind/sweep-clusters.ts";
import { sweepRunNamespaces } from "../../harness/cluster/existing/sweep-namespaces.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { assertNoProblems, exitCodes } from "../../harness/errors/problems.ts";
import { cacheDirectory } from "../../harness/process/cache-directory.js";
import { readKubeconfig } from "../../harness/kube/api-access.ts";
import { connectKubeconfig } from "../../harness/kube/client.ts";
import { parseTime } from "../../harness/run/option-values.ts";
import type { Leftover, Sweeper } from "../../harness/sweep/leftover.ts";
import { parseRunLimit, type RunLimit, sweepRuns } from "../../harness/sweep/old-runs.ts";
import { sweepScratch } from "../../harness/sweep/scratch.ts";
import { type IsUsed, lookForUse } from "../../harness/sweep/usage.ts";
import { parseCommand } from "../help/parse-command.ts";
import { sweepHelp } from "./help.ts";

/** The command line of `sweep`. */
interface SweepOptions {
  readonly isDryRun: boolean;
  readonly idleMs: number;
  readonly out: string;
  readonly runs?: RunLimit;
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** @throws {HarnessError | HarnessProblems} `args/unknown-option`, `args/bad-value` */
export function parseSweep(argv: readonly string[]): SweepOptions {
  const { values, switches } = parseCommand(sweepHelp, argv);
  const { idle = "1h", runs: limit, out = "out", kubeconfig, context } = values;
  const idleMs = parseTime("idle", idle);
  const runs = limit === undefined ? undefined : parseRunLimit(limit);
  assertNoProblems([
    ...(idleMs instanceof HarnessError ? [idleMs] : []),
    ...(limit !== undefined && runs === undefined
      ? [new HarnessError("args/bad-value", `--runs "${limit}" is no limit.\nFix: write 20, or 10G.`)]
      : []),
    ...(context !== undefined && kubeconfig === undefined
      ? [new HarnessError("args/bad-value", "--context has no file.\nFix: give --kubeconfig FILE.")]
      : []),
  ]);
  return {
    isDryRun: switches.has("dry-run"),
    idleMs: idleMs instanceof HarnessError ? 0 : idleMs,
    out,
    ...(runs === undefined ? {} : { runs }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  };
}

/** Every kind of leftovers that there is. */
async function sweepersOf(options: SweepOptions, isUsed: IsUsed): Promise<readonly Sweeper[]> {
  const { idleMs, out, runs, kubeconfig, context } = options;
  const places = { temporary: tmpdir(), cache: cacheDirectory(), idleMs, isUsed, now: Date.now() };
  return [
    sweepScratch(places),
    sweepKindClusters(),
    ...(runs === undefined ? [] : [sweepRuns(out, runs, isUsed)]),
    ...(kubeconfig === undefined
      ? []
      : [
          sweepRunNamespaces(connectKubeconfig(await readKubeconfig(kubeconfig, context)), {
            idleMs,
            now: Date.now(),
          }),
        ]),
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** @returns what went wrong */
async function sweepOne(leftover: Leftover, isDryRun: boolean): Promise<string | undefined> {
  const { what, why, sizeBytes } = leftover;
  const size = sizeBytes === undefined ? "" : ` (${megabytes(sizeBytes)})`;
  try {
    if (!isDryRun) await leftover.remove();
    process.stdout.write(`${isDryRun ? "would remove" : "removed"} ${what}${size}: ${why}\n`);
    return undefined;
  } catch (error) {
    return `${what}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/**
 * Removes what is left over.
 *
 * @returns the exit code
 * @throws {HarnessError | HarnessProblems} for bad arguments; `run/residue` with what could not be removed
 */
export async function runSweep(argv: readonly string[]): Promise<number> {
  const options = parseSweep(argv);
  const failed: string[] = [];
  let [count, bytes] = [0, 0];
  for (const sweeper of await sweepersOf(options, await lookForUse())) {
    for (const leftover of await sweeper.find()) {
      const problem = await sweepOne(leftover, options.isDryRun);
      if (problem !== undefined) failed.push(`${sweeper.name}: ${problem}`);
      count += problem === undefined ? 1 : 0;
      bytes += problem === undefined ? (leftover.sizeBytes ?? 0) : 0;
    }
  }
  process.stdout.write(count === 0 ? "nothing is left over\n" : `${count} in all, ${megabytes(bytes)}\n`);
  if (failed.length > 0)
    throw new HarnessError(
      "run/residue",
      `not removed:\n${failed.join("\n")}\nFix: remove it as its owner, or as root.`,
    );
  return exitCodes.conformant;
}
