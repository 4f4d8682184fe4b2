import type { ConformanceReport } from "../../report/schema.ts";
import { renderReport } from "../../report/table.ts";

/** Of text in a fence, so many bytes at most: GitHub refuses a summary of more than 1 MiB. */
const maxFenced = 900 * 1024;

/** What every run is called in outputs, summaries and histories; `no-report` where it left none. */
export type RunVerdict = "conformant" | "not-conformant" | "undetermined" | "no-report";

export function runVerdict(report: Pick<ConformanceReport, "conformant"> | undefined): RunVerdict {
  if (report === undefined) return "no-report";
  if (report.conformant === "undetermined") return "undetermined";
  return report.conformant ? "conformant" : "not-conformant";
}

/** Cuts a text to so many bytes, at the end of a line, and says so. */
export function cutText(text: string, bytes: number): string {
  const whole = Buffer.from(text);
  if (whole.length <= bytes) return text;
  const note = "... the rest is in the report.\n";
  const kept = whole.subarray(0, bytes - note.length - 1).toString("utf8");
  return `${kept.slice(0, kept.lastIndexOf("\n") + 1)}${note}`;
}

/** Text as it is, in a fence that nothing in it can end. */
function fence(text: string): string {
  const longest = text.matchAll(/`+/g).reduce((most, [run]) => Math.max(most, run.length), 2);
  const marks = "`".repeat(longest + 1);
  return `${marks}text\n${text.trimEnd()}\n${marks}`;
}

/** A cell of a table: what Markdown or HTML would take for its own is escaped. */
export function cell(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** Rows of a table in Markdown; the first is its head. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = rows.map((row) => `| ${row.map(cell).join(" | ")} |`);
  return [head, `|${" --- |".repeat(rows[0]?.length ?? 0)}`, ...rest].join("\n");
}

/** The summary of one run for the page of a workflow's job: the verdict, then what a terminal shows. Pure. */
export function renderJobSummary(report: ConformanceReport): string {
  const labels = report.engines.map(({ label }) => label).join(", ");
  return [
    `## ${cell(labels)}: ${runVerdict(report)}`,
    ...report.reasons.map((reason) => `- ${cell(reason)}`),
    fence(cutText(renderReport(report), maxFenced)),
  ].join("\n\n");
}
