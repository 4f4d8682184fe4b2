import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { EngineSigns } from "../../harness/audit/engine-signs.ts";
import type { UpstreamIssue } from "../../harness/audit/finding.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { readYaml } from "../../harness/errors/read-yaml.ts";

/**
 * As much of a known-issues.yaml as is told of a finding. Its plans are for the corpus (scripts/corpus/known-issues.ts),
 * which has the whole form, and all scenarios with it: more than an audit on a node should carry.
 */
const fileSchema = z.looseObject({
  issues: z.array(
    z.looseObject({
      id: z.string(),
      title: z.string(),
      links: z.array(z.string()),
      lastBad: z.string().exactOptional(),
      firstGood: z.string().exactOptional(),
    }),
  ),
});

async function issuesOf(engine: string): Promise<ReadonlyMap<string, UpstreamIssue>> {
  const path = join(import.meta.dirname, "../../engines", engine, "known-issues.yaml");
  const bad = (why: string, cause?: unknown): HarnessError =>
    new HarnessError("args/bad-known-issues", `${path}: ${why}\nFix: docs/corpus.md describes every field.`, {
      cause,
    });
  const { issues } = readYaml(await readFile(path, "utf8"), fileSchema, bad);
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
