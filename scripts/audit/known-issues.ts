import type { EngineSigns } from "../../harness/audit/engine-signs.ts";
import type { UpstreamIssue } from "../../harness/audit/finding.ts";
import { knownIssuesPath, readKnownIssues as readFileOfIssues } from "../corpus/known-issues.ts";

async function issuesOf(engine: string): Promise<ReadonlyMap<string, UpstreamIssue>> {
  const { issues } = await readFileOfIssues(knownIssuesPath(engine));
  return new Map(
    issues.map(({ id, title, links, lastBad, firstGood }) => [
      id,
      {
        title,
        links,
        ...(lastBad === undefined ? {} : { lastBad }),
        ...(firstGood === undefined ? {} : { firstGood }),
      },
    ]),
  );
}

/** Known issues of every engine whose signs refer to one, by id. */
export async function readKnownIssues(
  signs: readonly EngineSigns[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, UpstreamIssue>>> {
  const referring = signs.filter(({ issues }) => issues.some(({ issue }) => typeof issue === "string"));
  return new Map(await Promise.all(referring.map(async ({ name }) => [name, await issuesOf(name)] as const)));
}
