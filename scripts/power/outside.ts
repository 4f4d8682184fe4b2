import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { asCalled } from "../../harness/errors/as-called.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { assertNoProblems, exitCodes, HarnessProblems } from "../../harness/errors/problems.ts";
import { engineLabel } from "../../harness/run/pick-engines.ts";
import { launch } from "../conformance/launch.ts";
import { checkRequest, type RunRequest } from "../conformance/request.ts";
import { readJournal, timeVariable } from "./journal.ts";
import { parsePower } from "./options.ts";
import { renderPlot } from "./plot.ts";
import { resultOf, triedIn } from "./result.ts";
import { renderPower } from "./table.ts";

/** Everything that can be wrong with the command line, at once. */
async function check(
  argv: readonly string[],
): Promise<{ readonly timeMs: number; readonly request: RunRequest }> {
  const { options, problems } = parsePower(argv);
  const all = [...problems];
  let request: RunRequest | undefined;
  try {
    if (options) request = await checkRequest(options.argv);
  } catch (thrown) {
    if (thrown instanceof HarnessProblems) all.push(...thrown.problems);
    else if (thrown instanceof HarnessError) all.push(thrown);
    else throw thrown;
  }
  assertNoProblems(all);
  if (options === undefined || request === undefined)
    throw new Error("a command line without problems was not understood");
  return { timeMs: options.timeMs, request };
}

/** Writes and prints what the inside has left. */
async function tell(
  directory: string,
  startedAt: string,
  { request, timeMs }: { readonly request: RunRequest; readonly timeMs: number },
  isInterrupted: boolean,
): Promise<void> {
  const { run, seed } = request;
  const engine = run.selection.picks.map(({ selection }) => engineLabel(selection)).join(", ");
  const { clusters } = run.options;
  const journal = await readJournal(directory);
  const result = resultOf({ startedAt, engine, seed, clusters, timeMs, isInterrupted }, journal);
  const whole = { ...result, attempts: triedIn(journal) };
  await writeFile(join(directory, "power.json"), `${JSON.stringify(whole, undefined, 2)}\n`);
  await writeFile(join(directory, "power.svg"), renderPlot(`${engine}, seed ${seed}`, result.ways));
  process.stdout.write(`${asCalled(renderPower(result))}plot: ${join(directory, "power.svg")}\n`);
}

/**
 * Compares the ways to kill an engine.
 *
 * @returns the exit code
 * @throws {HarnessProblems | HarnessError} before anything was started
 */
export async function runPower(argv: readonly string[]): Promise<number> {
  const startedAt = new Date().toISOString();
  const checked = await check(argv);
  const { exitCode, directory } = await launch(checked.request, startedAt, {
    program: fileURLToPath(new URL("inside.ts", import.meta.url)),
    env: { [timeVariable]: String(checked.timeMs) },
    suffix: "-power",
    finish: async () => undefined, // What there is, is told from the journal.
  });
  await tell(directory, startedAt, checked, exitCode === exitCodes.interrupted);
  return exitCode;
}
