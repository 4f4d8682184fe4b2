import { readFile } from "node:fs/promises";
import { HarnessError } from "../harness/errors/harness-error.ts";
import { type Finding, findingKey } from "../harness/model/verdict.ts";
import type { ReportedFinding } from "./finding-schema.ts";
import type { ManifestEngine } from "./manifest-schema.ts";
import { markFindings } from "./mark-findings.ts";
import { parseReport } from "./read-report.ts";
import type { ConformanceReport, KnownReport, ReportedAttempt } from "./schema.ts";

/** What an earlier report found: engine, scenario and key of every finding. */
export interface Baseline {
  readonly path: string;
  readonly runId: string;
  readonly findings: ReadonlySet<string>;
}

/** The findings of an attempt, whatever its verdict. */
export function findingsOf({ verdict }: ReportedAttempt): readonly ReportedFinding[] {
  return "findings" in verdict ? (verdict.findings ?? []) : [];
}

/** Engines of a report. */
type ReportedEngines = readonly Pick<ManifestEngine, "label" | "name" | "variant">[];

/** An attempt as it is recognised in another run: without the engine's version, which is what changes. */
export function attemptKey(engines: ReportedEngines, { engine: label, scenario }: ReportedAttempt): string {
  const engine = engines.find((known) => known.label === label);
  return `${engine === undefined ? label : `${engine.name}/${engine.variant}`}|${scenario}`;
}

/** A finding as it is recognised in another run. */
export function keyOf(engines: ReportedEngines, attempt: ReportedAttempt, finding: ReportedFinding): string {
  return `${attemptKey(engines, attempt)}|${findingKey(attempt.scenario, finding satisfies Finding)}`;
}

/** Of an engine under test: what a mutant did is no finding about anybody. */
const isOfEngine = ({ level }: ReportedAttempt): boolean => level !== "power";

const isJudged = ({ verdict }: ReportedAttempt): boolean =>
  verdict.kind === "pass" || verdict.kind === "fail";

function indexReport(path: string, { run, engines, results }: KnownReport): Baseline {
  return {
    path,
    runId: run.id,
    findings: new Set(
      results
        .filter(isOfEngine)
        .flatMap((attempt) => findingsOf(attempt).map((found) => keyOf(engines, attempt, found))),
    ),
  };
}

/**
 * Reads a report to compare with.
 *
 * @throws {HarnessError} `args/bad-baseline` where the file cannot be read or is no report of a known schema version
 */
export async function readBaseline(path: string): Promise<Baseline> {
  const bad = (why: string): HarnessError =>
    new HarnessError(
      "args/bad-baseline",
      `--baseline "${path}": ${why}\nFix: give the conformance-report.yaml of an earlier run.`,
    );
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw bad(error instanceof Error ? error.message : String(error));
  });
  const report = parseReport(text);
  if (typeof report === "string") throw bad(report);
  return indexReport(path, report);
}

/** The comparison of a run with its baseline. */
export interface Comparison {
  /** The attempts, with `known` at every finding. */
  readonly results: readonly ReportedAttempt[];
  readonly summary: NonNullable<ConformanceReport["baseline"]>;
}

/** Says of every finding whether the baseline has it. Versions of engines do not count, names and variants do. Pure. */
export function compareToBaseline(
  baseline: Baseline,
  engines: ReportedEngines,
  results: readonly ReportedAttempt[],
): Comparison {
  const seen = new Set<string>();
  const marked = results.map((attempt) =>
    isOfEngine(attempt)
      ? markFindings(attempt, (finding) => {
          const key = keyOf(engines, attempt, finding);
          seen.add(key);
          return { ...finding, known: baseline.findings.has(key) };
        })
      : attempt,
  );
  const ofEngines = results.filter(isOfEngine);
  const nowJudged = new Set(ofEngines.filter(isJudged).map((attempt) => attemptKey(engines, attempt)));
  const isComparable = (key: string): boolean =>
    [...nowJudged].some((attempt) => key.startsWith(`${attempt}|`));
  const all = marked.flatMap(findingsOf);
  return {
    results: marked,
    summary: {
      path: baseline.path,
      runId: baseline.runId,
      known: all.filter(({ known }) => known === true).length,
      new: all.filter(({ known }) => known === false).length,
      gone: [...baseline.findings].filter((key) => !seen.has(key) && isComparable(key)).length,
    },
  };
}
