import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { EngineSigns } from "../../harness/audit/engine-signs.ts";
import type { UpstreamIssue } from "../../harness/audit/finding.ts";

const file = z.object({
  issues: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      links: z.array(z.string()),
      lastBad: z.string().optional(),
      firstGood: z.string().optional(),
    }),
  ),
});

async function issuesOf(engine: string): Promise<ReadonlyMap<string, UpstreamIssue>> {
  const path = join(import.meta.dirname, "../../engines", engine, "known-issues.yaml");
  const { issues } = file.parse(parse(await readFile(path, "utf8")));
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
