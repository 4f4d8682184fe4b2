import { itemKey } from "../harness/model/state.ts";
import { findingsOf } from "./baseline.ts";
import type { ReportedFinding } from "./finding-schema.ts";
import { renderFinding } from "./finding-text.ts";
import type { ConformanceReport, ReportedAttempt, VerdictCounts } from "./schema.ts";

/** So many findings of one attempt are shown on a terminal; the report has all of them. */
const shownFindings = 8;

function renderCell(attempt: ReportedAttempt | undefined): string {
  if (attempt === undefined) return "-";
  const { verdict } = attempt;
  if (verdict.kind === "fail") return `FAIL (${verdict.findings.length})`;
  if (verdict.kind === "error") return "ERROR";
  return verdict.kind;
}

/** Rows of cells as text, each column as wide as its widest cell. */
function align(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (known, row) => row.map((cell, column) => Math.max(cell.length, known[column] ?? 0)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** Scenario x engine, in the order of the run. */
export function renderMatrix({ engines, results }: ConformanceReport): string {
  const levels = new Map(results.map(({ scenario, level }) => [scenario, level]));
  const rows = [...levels].map(([scenario, level]) => [
    scenario,
    level,
    ...engines.map(({ label }) =>
      renderCell(results.find((other) => other.scenario === scenario && other.engine === label)),
    ),
  ]);
  return align([["SCENARIO", "LEVEL", ...engines.map(({ label }) => label)], ...rows]).join("\n");
}

/** What an attempt has to say beside its findings. */
function renderReason({ verdict }: ReportedAttempt): readonly string[] {
  if (verdict.kind === "error") return verdict.cause.message.split("\n").map((line) => `  ${line}`);
  return verdict.kind === "not-exercised" ? [`  ${verdict.reason}: ${verdict.detail}`] : [];
}

/** Findings about one item of one node stand together: the first is told whole, the others in a line. */
function renderGroup(group: readonly ReportedFinding[], number: number): readonly string[] {
  const [first, ...others] = group;
  if (first === undefined) return [];
  const [head = "", ...rest] = renderFinding(first);
  const also = [...new Set(others.map(({ oracle, step }) => `${oracle} in step "${step}"`))];
  return [
    `  ${number}. ${head}`,
    ...rest.map((line) => `   ${line}`),
    ...(also.length === 0 ? [] : [`     ${"also".padEnd(10)} ${also.join(", ")}`]),
  ];
}

/** One attempt with all that is wrong in it, and how to see it again. */
function renderAttempt(attempt: ReportedAttempt): string {
  const findings = findingsOf(attempt);
  const groups = [
    ...Map.groupBy(findings, ({ item, node, why, step, level, known }) =>
      item === undefined ? `${why} ${step}` : [node, level, known, itemKey(item)].join(" "),
    ).values(),
  ];
  const shown = groups.slice(0, shownFindings).flatMap((group, index) => renderGroup(group, index + 1));
  const hidden = groups.slice(shownFindings).flat().length;
  return [
    `${renderCell(attempt)}  ${attempt.scenario}  ${attempt.engine}`,
    ...renderReason(attempt),
    ...shown,
    ...(hidden > 0 ? [`  ... and ${hidden} more, in the report.`] : []),
    ...(attempt.evidence === undefined ? [] : [`  evidence: ${attempt.evidence}`]),
    `  again:    ${attempt.replay}`,
  ].join("\n");
}

function renderCounts(level: string, counts: VerdictCounts): readonly string[] {
  const told = Object.entries(counts).flatMap(([kind, count]) => (count === 0 ? [] : [`${count} ${kind}`]));
  return told.length === 0 ? [] : [`${level}: ${told.join(", ")}`];
}

const verdictText = { true: "CONFORMANT", false: "NOT CONFORMANT", undetermined: "UNDETERMINED" } as const;

/** The last lines of a run: what it comes to, and why. */
export function renderSummary(report: ConformanceReport): string {
  const { statistics, baseline, run, profile } = report;
  const compared =
    baseline &&
    `baseline ${baseline.runId}: ${baseline.new} new, ${baseline.known} known, ${baseline.gone} gone`;
  return [
    `${verdictText[`${report.conformant}`]}  profile ${profile.name} ${profile.version}, seed ${run.seed}`,
    ...report.reasons.map((reason) => `  ${reason}`),
    ...Object.entries(statistics).flatMap(([level, counts]) =>
      renderCounts(level, counts).map((line) => `  ${line}`),
    ),
    ...(compared === undefined ? [] : [`  ${compared}`]),
  ].join("\n");
}

/** Whether there is more to say than the table does: not of what passed, is unsupported, or was not reached. */
function isTold({ verdict }: ReportedAttempt): boolean {
  if (verdict.kind === "not-exercised") return verdict.reason !== "interrupted";
  return verdict.kind !== "pass" && verdict.kind !== "unsupported";
}

/** All that is printed at the end of a run: the table, every attempt that did not pass, the summary. Pure. */
export function renderReport(report: ConformanceReport): string {
  const told = report.results.filter(isTold);
  return `${[renderMatrix(report), ...told.map(renderAttempt), renderSummary(report)].join("\n\n")}\n`;
}
