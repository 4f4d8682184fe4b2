import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { type ConformanceReport, reportSchema } from "../../report/schema.ts";

/**
 * Directory of the latest run in what was given to `--out`, or nothing where there is none. Runs are named
 * by the time of their start.
 */
export async function latestRun(out: string): Promise<string | undefined> {
  const entries = existsSync(out) ? await readdir(out, { withFileTypes: true }) : [];
  const runs = entries
    .filter((entry) => entry.isDirectory() && existsSync(join(out, entry.name, "manifest.yaml")))
    .map(({ name }) => name)
    .toSorted();
  const last = runs.at(-1);
  return last === undefined ? undefined : join(out, last);
}

/**
 * Reads the report in the directory of a run; a run that was killed has none.
 *
 * @throws {HarnessError} `args/bad-run` where there is one that cannot be read
 */
export async function readReport(directory: string): Promise<ConformanceReport | undefined> {
  const path = join(directory, "conformance-report.yaml");
  if (!existsSync(path)) return undefined;
  const parsed = reportSchema.safeParse(parse(await readFile(path, "utf8")));
  if (parsed.success) return parsed.data;
  const why = z.prettifyError(parsed.error).split("\n").slice(0, 6).join("\n");
  throw new HarnessError("args/bad-run", `${path} is no report of this schema version: ${why}`);
}
