import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { assertNoProblems, exitCodes } from "../../harness/errors/problems.ts";
import { engineLabel } from "../../harness/run/pick-engines.ts";
import { readManifest } from "../../report/assemble.ts";
import { evidencePath } from "../../report/attempt-entry.ts";
import { readVerdict } from "../../report/read-run.ts";
import { programOptions } from "../../report/replay.ts";
import { launch } from "../conformance/launch.ts";
import { findPrograms, type RunRequest } from "../conformance/request.ts";
import { compareAttempts, exitCodeOf, renderComparisons } from "./compare.ts";
import {
  planReplay,
  readRecorded,
  type RecordedAttempt,
  referenceDirectories,
  replayId,
} from "./plan-replay.ts";
import { parseReplay, type ReplayOptions } from "./replay-options.ts";

/** The directory of the attempt that PLAN names. */
async function attemptDirectory(plan: string): Promise<string> {
  const path = resolve(plan);
  try {
    return (await stat(path)).isDirectory() ? path : checkName(path);
  } catch (cause) {
    if (cause instanceof HarnessError) throw cause;
    const fix = "paths of plans in a report are relative to the run's directory: out/RUN-ID/attempts/ID.";
    throw new HarnessError("args/bad-plan", `"${plan}" is not there.\nFix: ${fix}`, { cause });
  }
}

function checkName(path: string): string {
  if (basename(path) === "plan.json") return dirname(path);
  throw new HarnessError("args/bad-plan", `${path} is no plan.json.\nFix: give the directory of an attempt.`);
}

/** The run that the attempt is of, where the plan still lies in it. */
async function recordedRun(directory: string, { plan }: RecordedAttempt) {
  const manifest = await readManifest(join(directory, "../..")).catch(() => undefined); // A plan may be sent alone.
  const label = engineLabel(plan.engine);
  return {
    profile: manifest?.profile.name,
    engine: manifest?.engines.find((one) => one.label === label),
    beside: plan.beside === undefined ? undefined : manifest?.beside,
    label,
  };
}

/** The command line of a conformance run that has this engine and nothing else. */
function argumentsOf(
  { plan }: RecordedAttempt,
  { profile, engine, beside, label }: Awaited<ReturnType<typeof recordedRun>>,
  { engine: asked, hasBinary, rest }: ReplayOptions,
): readonly string[] {
  const programs = hasBinary || engine === undefined ? [] : programOptions({ engine, beside });
  return [
    `--engine=${asked ?? engine?.argument ?? label}`,
    ...(plan.beside === undefined ? [] : [`--beside=${beside?.argument ?? engineLabel(plan.beside)}`]),
    ...Object.entries(plan.engine.options).map(([key, value]) => `--engine-option=${key}=${value}`),
    ...programs.map(([option, value]) => `${option}=${value}`),
    ...(profile === undefined ? [] : [`--profile=${profile}`]),
    `--seed=${plan.seed}`,
    "--crash-points=none",
    "--no-power",
    ...rest,
  ];
}

async function checkReplay(
  options: ReplayOptions,
): Promise<RunRequest & { readonly recorded: RecordedAttempt }> {
  const directory = await attemptDirectory(options.plan);
  const recorded = await readRecorded(directory);
  const argv = argumentsOf(recorded, await recordedRun(directory, recorded), options);
  const { seed } = recorded.plan;
  const replay = { directory, times: options.times };
  const run = await planReplay(argv, seed, replay);
  const { programs, problems } = await findPrograms(run);
  assertNoProblems([...run.problems, ...problems]);
  const references = Object.values(await referenceDirectories(directory, recorded.plan));
  const readable = [directory, ...references];
  return { argv, seed, run, programs, replay, readable, recorded };
}

type Request = Awaited<ReturnType<typeof checkReplay>>;

/** Engines whose program is another than the one of the plan. */
function otherPrograms({ recorded: { plan }, run, programs }: Request): readonly string[] {
  return run.selection.picks.flatMap(({ selection }) => {
    const label = engineLabel(selection);
    const digest = programs.get(label)?.digest;
    return digest !== undefined && digest !== plan.engineDigest ? [label] : [];
  });
}

/** Runs what was checked, and compares it with what was recorded. */
async function replay(request: Request, times: number): Promise<number> {
  const { exitCode, directory } = await launch(request, new Date().toISOString());
  const { plan, entry } = request.recorded;
  const ids = Array.from({ length: times }, (_, index) => replayId(plan, index + 1));
  const now = await Promise.all(ids.map((id) => readVerdict(join(directory, evidencePath(id)))));
  const comparisons = now.map((each) => compareAttempts(entry, each));
  process.stdout.write(renderComparisons(plan.id, comparisons));
  return exitCode === exitCodes.interrupted ? exitCode : exitCodeOf(comparisons);
}

/**
 * Runs a plan again with the very program that it was run with, once.
 *
 * @returns the exit code of `replay`
 * @throws {HarnessProblems | HarnessError} before anything was started; `args/run-differs` for another program
 */
export async function replaySame(options: ReplayOptions): Promise<number> {
  const request = await checkReplay(options);
  const [other] = otherPrograms(request);
  if (other === undefined) return replay(request, 1);
  const { engineDigest } = request.recorded.plan;
  throw new HarnessError(
    "args/run-differs",
    `the program of ${other} is another than the one of the plan, whose SHA-256 is ${engineDigest}.\nFix: give that one with --engine-binary.`,
  );
}

/**
 * Runs a plan again, and tells whether it came to the same.
 *
 * @returns the exit code
 * @throws {HarnessProblems | HarnessError} before anything was started
 */
export async function runReplay(argv: readonly string[]): Promise<number> {
  const options = parseReplay(argv);
  const request = await checkReplay(options);
  // Another program may well come to something else: it is said before.
  for (const label of otherPrograms(request))
    process.stderr.write(`the program of ${label} is another than the one of the plan\n`);
  return replay(request, options.times);
}
