import { relative } from "node:path";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { assertNoProblems } from "../../harness/errors/problems.ts";
import { latestRun } from "../ci/find-run.ts";
import { commandLine, runConformance } from "../ci/run-conformance.ts";
import { summarizeRun } from "../ci/summarize-run.ts";
import { checkout, planRun } from "../conformance/plan-run.ts";
import { fetchProgram } from "./fetch-program.ts";
import { conformanceArguments, type NightlyJob } from "./jobs.ts";
import type { NightlyOptions } from "./options.ts";
import { placesIn } from "./places.ts";

/** The command that runs a job, as somebody would type it; a program that is fetched is named by its URL. */
export function describeJob(job: NightlyJob, { night, out }: NightlyOptions): string {
  const argv = conformanceArguments(job, {
    night,
    out: relative(checkout, placesIn(out).runOf(job.id)),
  });
  const program = job.program === undefined ? "" : ` --engine-binary FILE   # ${job.program.url}`;
  return `${job.id}\n  ${commandLine(argv)}${program}`;
}

/**
 * Looks up all that the jobs name: engines, versions, variants, options, profiles. Starts and fetches nothing.
 *
 * @throws {HarnessProblems} every problem of every job
 */
export async function checkJobs(jobs: readonly NightlyJob[], { night, out }: NightlyOptions): Promise<void> {
  const problems = await Promise.all(
    jobs.map(async (job) => {
      const planned = await planRun(conformanceArguments(job, { night, out }));
      return planned.problems.map(
        ({ message }) => new HarnessError("args/bad-nightly", `job ${job.id}: ${message}`),
      );
    }),
  );
  assertNoProblems(problems.flat());
}

/**
 * Runs one job to its end, or to the end of its time.
 *
 * @returns the exit code of the run
 */
export async function runJob(job: NightlyJob, { night, out }: NightlyOptions): Promise<number> {
  const { runOf, programs } = placesIn(out);
  const program = job.program && (await fetchProgram(job.program, programs));
  const place = { night, out: runOf(job.id), ...(program === undefined ? {} : { program }) };
  const before = await latestRun(place.out);
  const exitCode = await runConformance({
    argv: conformanceArguments(job, place),
    limitMs: job.minutes * 60_000,
  });
  const after = await latestRun(place.out);
  await summarizeRun(after === before ? undefined : after);
  return exitCode;
}
