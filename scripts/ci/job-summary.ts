import type { ConformanceReport } from "../../report/schema.ts";

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

/** A cell of a table: what Markdown or HTML would take for its own is escaped. */
export function cell(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** Rows of a table in Markdown; the first is its head. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = rows.map((row) => `| ${row.map(cell).join(" | ")} |`);
  return [head, `|${" --- |".repeat(rows[0]?.length ?? 0)}`, ...rest].join("\n");
}
