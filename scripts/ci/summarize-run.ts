import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readReport } from "./find-run.ts";
import { addSummary } from "./workflow-files.ts";

/**
 * Adds what a run came to to the summary of the job: its own `summary.md`.
 *
 * @param directory - of the run; absent where none was begun
 */
export async function summarizeRun(directory: string | undefined): Promise<void> {
  const report = directory === undefined ? undefined : await readReport(directory);
  if (directory === undefined || report === undefined) {
    await addSummary("## No report\n\nThe run ended before it could write one: see the log of the step.");
    return;
  }
  await addSummary(await readFile(join(directory, "summary.md"), "utf8"));
}
