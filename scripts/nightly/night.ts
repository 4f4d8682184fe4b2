import { z } from "zod";
import { conclude } from "../../report/conformance.ts";
import type { ConformanceReport, ReportedAttempt } from "../../report/schema.ts";
import { type RunVerdict, runVerdict } from "../ci/job-summary.ts";

const kindSchema = z.enum(["fail", "error", "not-exercised", "unsupported", "pass"]);
type Kind = z.infer<typeof kindSchema>;

const entrySchema = z.strictObject({
  verdict: z.enum([
    "conformant",
    "not-conformant",
    "undetermined",
    "no-report",
  ]) satisfies z.ZodType<RunVerdict>,
  /** Scenario -> the worst verdict of its attempts; those with faults by themselves, as `NAME, crash points`. */
  scenarios: z.record(z.string(), kindSchema),
});

/** What one entry of the matrix came to in a night. */
export type EntryResult = z.infer<typeof entrySchema>;

/** One line of the history. */
export const nightSchema = z.strictObject({
  /** Date: `2026-11-22`. */
  night: z.iso.date(),
  /** Of this project, where it is known. */
  commit: z.string().exactOptional(),
  /** Page of the workflow's run. */
  url: z.string().exactOptional(),
  /** Entry of the matrix -> what it came to. */
  entries: z.record(z.string(), entrySchema),
});

export type Night = z.infer<typeof nightSchema>;

const worstFirst: readonly Kind[] = kindSchema.options;

const worst = (kinds: readonly Kind[]): Kind | undefined => worstFirst.find((kind) => kinds.includes(kind));

function scenarioKey({ scenario, role }: ReportedAttempt): string {
  return role === undefined ? scenario : `${scenario}, crash points`;
}

/** What all shards together come to: one that left no report has shown nothing of its share. */
function verdictOf(reports: readonly (ConformanceReport | undefined)[]): RunVerdict {
  const known = reports.filter((report) => report !== undefined);
  const labels = [...new Set(known.flatMap(({ engines }) => engines.map(({ label }) => label)))];
  const results = known.flatMap((report) => report.results);
  const interrupted = known.some((report) => report.interrupted);
  const verdict = runVerdict(conclude(labels, results, interrupted));
  return known.length < reports.length && verdict !== "not-conformant" ? "no-report" : verdict;
}

/**
 * What the reports of an entry's shards come to together. Pure.
 *
 * @param reports - one a shard; nothing where a job left none
 */
export function entryResult(reports: readonly (ConformanceReport | undefined)[]): EntryResult {
  const results = reports.flatMap((report) => report?.results ?? []);
  const judged = Map.groupBy(
    results.filter(({ level }) => level !== "power"),
    scenarioKey,
  );
  const scenarios = [...judged].flatMap(([name, attempts]) => {
    const kind = worst(attempts.map(({ verdict }) => verdict.kind));
    return kind === undefined ? [] : [[name, kind] as const];
  });
  return { verdict: verdictOf(reports), scenarios: Object.fromEntries(scenarios) };
}
