import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readReport } from "./find-run.ts";
import { renderJobSummary } from "./job-summary.ts";
import { addSummary } from "./workflow-files.ts";

/**
 * Adds what a run came to to the summary of the job: the run's own `summary.md` where it has one.
 *
 * @param directory - of the run; absent where none was begun
 */
export async function summarizeRun(directory: string | undefined): Promise<void> {
  const report = directory === undefined ? undefined : await readReport(directory);
  if (directory === undefined || report === undefined) {
    await addSummary("## No report\n\nThe run ended before it could write one: see the log of the step.");
    return;
  }
  const own = join(directory, "summary.md");
  await addSummary(existsSync(own) ? await readFile(own, "utf8") : renderJobSummary(report));
}
