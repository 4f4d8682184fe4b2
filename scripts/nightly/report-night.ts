import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ConformanceReport } from "../../report/schema.ts";
import { latestRun, readReport } from "../ci/find-run.ts";
import { addSummary } from "../ci/workflow-files.ts";
import { compareNights } from "./changes.ts";
import { addNight, nightBefore, parseHistory, renderHistory } from "./history.ts";
import { type NightlyJob, seedOf } from "./jobs.ts";
import { issuesOf, renderNightSummary } from "./night-summary.ts";
import { entryResult, type Night } from "./night.ts";
import type { NightlyOptions } from "./options.ts";
import { type Places, placesIn } from "./places.ts";

/** The report that a job left this night; one of another night, which has another seed, is none. */
async function readOf(directory: string | undefined, night: string): Promise<ConformanceReport | undefined> {
  const report = directory === undefined ? undefined : await readReport(directory);
  return report?.run.seed === seedOf(night) ? report : undefined;
}

/** The report of each job, kept as the last one; what a job left nothing of is told as such. */
async function readReports(
  jobs: readonly NightlyJob[],
  night: string,
  { runOf, reportOf }: Places,
): Promise<ReadonlyMap<string, ConformanceReport | undefined>> {
  const found = new Map<string, ConformanceReport | undefined>();
  for (const { id } of jobs) {
    const directory = await latestRun(runOf(id));
    const report = await readOf(directory, night);
    found.set(id, report);
    const kept = reportOf(id);
    await rm(kept, { force: true });
    if (directory === undefined || report === undefined) continue;
    await mkdir(dirname(kept), { recursive: true });
    await cp(join(directory, "conformance-report.yaml"), kept);
  }
  return found;
}

/** Where this is run, as far as a workflow says it. */
function whereabouts(env: NodeJS.ProcessEnv): Pick<Night, "commit" | "url"> {
  const { GITHUB_SHA, GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = env;
  return {
    ...(GITHUB_SHA ? { commit: GITHUB_SHA } : {}),
    ...(GITHUB_SERVER_URL && GITHUB_REPOSITORY && GITHUB_RUN_ID
      ? { url: `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}` }
      : {}),
  };
}

/**
 * Puts the reports of all jobs together, compares the night with the one before, adds it to the history, and
 * leaves what `issues` files.
 *
 * @throws {HarnessError} `args/bad-run` where a report or the history cannot be read
 */
export async function reportNight(
  jobs: readonly NightlyJob[],
  { night, out }: NightlyOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const places = placesIn(out);
  const earlier = existsSync(places.nights) ? parseHistory(await readFile(places.nights, "utf8")) : [];
  const reports = await readReports(jobs, night, places);
  const byEntry = Map.groupBy(jobs, ({ entry }) => entry);
  const now: Night = {
    night,
    ...whereabouts(env),
    entries: Object.fromEntries(
      [...byEntry].map(([entry, shards]) => [entry, entryResult(shards.map(({ id }) => reports.get(id)))]),
    ),
  };
  const before = nightBefore(earlier, night);
  const changes = before === undefined ? [] : compareNights(before, now);
  await mkdir(places.history, { recursive: true });
  await writeFile(places.nights, renderHistory(addNight(earlier, now)));
  const issues = before === undefined ? [] : issuesOf(now, before, changes);
  await writeFile(places.issues, `${JSON.stringify(issues, null, 2)}\n`);
  await addSummary(renderNightSummary(now, before, changes));
}
