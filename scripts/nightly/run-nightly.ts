import { setOutput } from "../ci/workflow-files.ts";
import { fileNightlyIssues } from "./file-issues.ts";
import { fetchHistory, gh } from "./github.ts";
import { findJob, nightlyJobs, renderMatrix } from "./jobs.ts";
import { type NightlyOptions, parseNightlyOptions } from "./options.ts";
import { placesIn } from "./places.ts";
import { reportNight } from "./report-night.ts";
import { checkJobs, describeJob, runJob } from "./run-job.ts";
import { readNightly } from "./spec.ts";

async function fetchLast({ branch, out }: NightlyOptions): Promise<void> {
  const { history } = placesIn(out);
  const found = await fetchHistory(gh, branch, history);
  console.log(found ? `${history}: as the last night of ${branch} left it` : `${branch} has no night yet`);
}

async function runCommand(options: NightlyOptions): Promise<number> {
  if (options.command === "last") await fetchLast(options);
  if (options.command === "issues") await fileNightlyIssues(options);
  if (options.command === "last" || options.command === "issues") return 0;
  const jobs = nightlyJobs(await readNightly(options.file));
  switch (options.command) {
    case "run":
      return runJob(findJob(jobs, options.job ?? ""), options);
    case "report":
      await reportNight(jobs, options);
      return 0;
    case "list":
      await checkJobs(jobs, options);
      for (const job of jobs) console.log(describeJob(job, options));
      return 0;
    case "matrix":
      await checkJobs(jobs, options);
      await setOutput("matrix", renderMatrix(jobs));
      await setOutput("night", options.night);
      return 0;
  }
}

/**
 * @returns the exit code
 * @throws {HarnessError | HarnessProblems}
 */
export async function runNightly(argv: readonly string[]): Promise<number> {
  return runCommand(parseNightlyOptions(argv, new Date().toISOString().slice(0, 10)));
}
