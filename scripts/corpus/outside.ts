import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { HarnessError, toHarnessError } from "../../harness/errors/harness-error.ts";
import { assertNoProblems, exitCodes } from "../../harness/errors/problems.ts";
import { parseEngine, parseEngineBinary } from "../../harness/run/option-values.ts";
import { parseOptions } from "../../harness/run/options.ts";
import { evidencePath } from "../../report/attempt-entry.ts";
import { readVerdict } from "../../report/read-run.ts";
import { launch } from "../conformance/launch.ts";
import { findPrograms, type RunRequest } from "../conformance/request.ts";
import { type CorpusRun, runsOf, type SelectedCases, selectCases } from "./cases.ts";
import { corpusExitCode, judgeCase, type JudgedCase } from "./judge.ts";
import { type KnownIssues, knownIssuesPaths, readKnownIssues } from "./known-issues.ts";
import { type CorpusOptions, parseCorpus } from "./options.ts";
import { planCorpus } from "./plan-corpus.ts";
import { renderCorpus, renderList } from "./render.ts";

/** The files, or every problem of theirs. */
async function readFiles({ files }: CorpusOptions): Promise<readonly KnownIssues[]> {
  const paths = files.length > 0 ? files.map((file) => resolve(file)) : knownIssuesPaths();
  const read = await Promise.allSettled(paths.map(readKnownIssues));
  assertNoProblems(read.flatMap((each) => (each.status === "rejected" ? [toHarnessError(each.reason)] : [])));
  return read.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
}

/** Whether a program given by the command line is for an engine of this run. */
function isFor(text: string, { engines }: CorpusRun): boolean {
  const binary = parseEngineBinary(text);
  if (binary instanceof HarnessError || binary.selector === undefined) return true;
  const { name, version } = binary.selector;
  return engines.some((argument) => {
    const asked = parseEngine(argument);
    if (asked instanceof HarnessError || asked.target !== name) return false;
    return version === undefined || version === asked.version || asked.from?.includes(version) === true;
  });
}

/** The command line of a conformance run that has these engines with these options. */
function argumentsOf(run: CorpusRun, { rest, programs }: CorpusOptions): readonly string[] {
  return [
    ...run.engines.map((engine) => `--engine=${engine}`),
    ...Object.entries(run.options).map(([key, value]) => `--engine-option=${key}=${value}`),
    ...(run.beside === undefined ? [] : [`--beside=${run.beside}`]),
    ...programs.filter(([, text]) => isFor(text, run)).map(([option, text]) => `${option}=${text}`),
    "--crash-points=none",
    "--no-power",
    ...rest,
  ];
}

type Request = RunRequest & { readonly cases: CorpusRun["cases"] };

async function requestOf(
  run: CorpusRun,
  options: CorpusOptions,
  seed: number,
): Promise<{ readonly request: Request; readonly problems: readonly HarnessError[] }> {
  const argv = argumentsOf(run, options);
  const planned = await planCorpus(argv, seed, run.attempts);
  const { programs, problems } = await findPrograms(planned);
  const request = {
    argv,
    seed,
    run: planned,
    programs,
    corpus: run.attempts,
    readable: [],
    cases: run.cases,
  };
  return { request, problems: [...planned.problems, ...problems] };
}

/** Runs that were found to be possible, each problem told once. */
async function checkRuns(runs: readonly CorpusRun[], options: CorpusOptions): Promise<readonly Request[]> {
  // What is wrong with these words, the runs tell.
  const { seed } = parseOptions(options.rest).options;
  const checked = await Promise.all(runs.map((run) => requestOf(run, options, seed)));
  const problems = checked.flatMap((each) => each.problems);
  assertNoProblems([...new Map(problems.map((problem) => [problem.message, problem])).values()]);
  return checked.map(({ request }) => request);
}

async function judge({ cases }: Request, directory: string): Promise<readonly JudgedCase[]> {
  return Promise.all(
    cases.map(async (one) => {
      const evidence = join(directory, evidencePath(one.attempt.id));
      return { case: one, result: judgeCase(one.plan.finding, await readVerdict(evidence)), evidence };
    }),
  );
}

/** What a run came to, for programs, beside its report. */
async function writeResult(directory: string, judged: readonly JudgedCase[]): Promise<void> {
  const entries = judged.map(({ case: { engineName, issue, version, expected, attempt }, result }) => ({
    engine: engineName,
    issue: issue.id,
    ...(version === undefined ? {} : { version }),
    attempt: attempt.id,
    expected,
    ...result,
  }));
  await writeFile(join(directory, "corpus.json"), `${JSON.stringify(entries, undefined, 2)}\n`);
}

async function runAll(requests: readonly Request[], { unplanned }: SelectedCases): Promise<number> {
  const judged: JudgedCase[] = [];
  let isInterrupted = false;
  for (const request of requests) {
    const { exitCode, directory } = await launch(request, new Date().toISOString());
    const own = await judge(request, directory);
    await writeResult(directory, own);
    judged.push(...own);
    isInterrupted = exitCode === exitCodes.interrupted;
    if (isInterrupted) break;
  }
  process.stdout.write(renderCorpus(judged, unplanned));
  return isInterrupted ? exitCodes.interrupted : corpusExitCode(judged);
}

/**
 * Runs the plans of known issues, and compares what is found with what is expected.
 *
 * @returns the exit code
 * @throws {HarnessProblems | HarnessError} before anything was started
 */
export async function runCorpus(argv: readonly string[]): Promise<number> {
  const options = parseCorpus(argv);
  const selected = selectCases(await readFiles(options), options);
  assertNoProblems(selected.problems);
  if (options.list) {
    process.stdout.write(renderList(selected));
    return exitCodes.conformant;
  }
  return runAll(await checkRuns(runsOf(selected.cases), options), selected);
}
