import { readFile } from "node:fs/promises";
import { z } from "zod";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { fileIssues, gh, issueArguments } from "./github.ts";
import type { NightlyOptions } from "./options.ts";
import { placesIn } from "./places.ts";

const issuesSchema = z.array(z.strictObject({ title: z.string(), body: z.string() }));

/**
 * Files what `report` found to be an issue; with `--dry-run` prints it.
 *
 * @throws {HarnessError} `args/bad-run` where `report` was not run, `ci/github-failed`
 */
export async function fileNightlyIssues({ out, dryRun }: NightlyOptions): Promise<void> {
  const path = placesIn(out).issues;
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    const fix = "run `npm run nightly -- report` first, with the same --out.";
    throw new HarnessError("args/bad-run", `${path} is not there.\nFix: ${fix}`, { cause });
  });
  const issues = issuesSchema.parse(JSON.parse(text));
  if (issues.length === 0) console.log("No verdict has changed so that somebody must look.");
  if (dryRun) {
    for (const issue of issues) console.log(`gh ${issueArguments(issue, []).join(" ")}\n\n${issue.body}\n`);
    return;
  }
  for (const url of await fileIssues(gh, issues)) console.log(url);
}
