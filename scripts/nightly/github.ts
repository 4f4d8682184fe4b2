import { z } from "zod";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { run } from "../../harness/process/run.ts";
import type { NightlyIssue } from "./night-summary.ts";

/** Label of all issues that the nightly opens. */
export const issueLabel = "nightly";
/** Artifact of a night's workflow that holds the history up to it. */
export const historyArtifact = "nightly-history";

/** Runs `gh` with these arguments and gives what it prints. */
export type Gh = (args: readonly string[], input?: string) => Promise<string>;

/** @throws {HarnessError} `ci/github-failed` */
export const gh: Gh = async (args, input) => {
  try {
    const { stdout } = await run(["gh", ...args], {
      timeoutMs: 120_000,
      ...(input === undefined ? {} : { input }),
    });
    return stdout;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^\[\S+\] /, "") : String(cause);
    throw new HarnessError(
      "ci/github-failed",
      `${why}\nFix: \`gh auth status\` says who asks; in a workflow GH_TOKEN and the permissions of the job decide. --dry-run prints what would be asked.`,
      { cause },
    );
  }
};

const artifactsSchema = z.object({
  artifacts: z.array(
    z.object({
      expired: z.boolean(),
      workflow_run: z
        .object({
          id: z.int(),
          head_branch: z.string().nullable(),
          repository_id: z.int(),
          head_repository_id: z.int(),
        })
        .nullable(),
    }),
  ),
});

/**
 * The workflow run that left the latest history, or nothing where there was no night yet. An artifact of a
 * fork's pull request is not taken: whoever sends one could name it like ours.
 *
 * @param answer - of `repos/{owner}/{repo}/actions/artifacts?name=...`
 */
export function historyRun(answer: unknown, branch: string): number | undefined {
  const parsed = artifactsSchema.safeParse(answer);
  if (!parsed.success)
    throw new HarnessError(
      "ci/github-failed",
      `GitHub's list of artifacts is not as expected: ${z.prettifyError(parsed.error)}`,
    );
  const runs = parsed.data.artifacts.flatMap(({ expired, workflow_run: from }) => {
    const isOurs = from?.head_branch === branch && from.head_repository_id === from.repository_id;
    return isOurs && !expired ? [from.id] : [];
  });
  return runs.toSorted((one, other) => other - one)[0];
}

/**
 * Fetches the history that the last night of this branch left.
 *
 * @returns whether there was one
 * @throws {HarnessError} `ci/github-failed`: a history that cannot be had is no empty one
 */
export async function fetchHistory(ask: Gh, branch: string, directory: string): Promise<boolean> {
  const path = `repos/{owner}/{repo}/actions/artifacts?name=${historyArtifact}&per_page=100`;
  const id = historyRun(JSON.parse(await ask(["api", path])), branch);
  if (id === undefined) return false;
  await ask(["run", "download", String(id), "--name", historyArtifact, "--dir", directory]);
  return true;
}

const openSchema = z.array(z.object({ number: z.int(), title: z.string() }));

/** The arguments of `gh` that open an issue, or add to the one of that title that is open. Pure. */
export function issueArguments(
  { title }: NightlyIssue,
  open: readonly { readonly number: number; readonly title: string }[],
): readonly string[] {
  const known = open.find((issue) => issue.title === title);
  return known === undefined
    ? ["issue", "create", "--title", title, "--label", issueLabel, "--body-file", "-"]
    : ["issue", "comment", String(known.number), "--body-file", "-"];
}

/**
 * Opens or updates an issue each.
 *
 * @returns where they are
 * @throws {HarnessError} `ci/github-failed`
 */
export async function fileIssues(ask: Gh, issues: readonly NightlyIssue[]): Promise<readonly string[]> {
  if (issues.length === 0) return [];
  const about = "A verdict of the nightly has changed";
  await ask(["label", "create", issueLabel, "--force", "--description", about]);
  const list = ["issue", "list", "--state", "open", "--label", issueLabel, "--limit", "500"];
  const open = openSchema.parse(JSON.parse(await ask([...list, "--json", "number,title"])));
  const urls: string[] = [];
  for (const issue of issues) urls.push((await ask(issueArguments(issue, open), issue.body)).trim());
  return urls;
}
