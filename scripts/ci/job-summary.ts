import type { ConformanceReport } from "../../report/schema.ts";
import { renderReport } from "../../report/table.ts";

/** GitHub refuses a summary of more than 1 MiB; some room is left for what others add. */
const maxBytes = 900 * 1024;

/** Of text in a fence, so many bytes at most. */
const maxFenced = 600 * 1024;

const verdictNames = {
  true: "conformant",
  false: "not conformant",
  undetermined: "undetermined",
} as const;

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
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = "`".repeat(longest + 1);
  return `${marks}text\n${text.trimEnd()}\n${marks}`;
}

/** A cell of a table: what Markdown or HTML would take for its own is escaped. */
export function cell(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("|", "\\|").replaceAll("\n", " ");
}

function renderCounts(counts: Readonly<Record<string, number>>): string {
  const told = Object.entries(counts).flatMap(([kind, count]) => (count === 0 ? [] : [`${count} ${kind}`]));
  return told.join(", ") || "none";
}

function renderPoints({ crashPoints }: ConformanceReport["engines"][number]): string {
  if (crashPoints === undefined) return "not tried";
  const { fired, passed, failed, notExercised } = crashPoints;
  return `${fired} fired: ${passed} passed, ${failed} failed; ${notExercised} not exercised`;
}

/** Rows of a table in Markdown; the first is its head. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = rows.map((row) => `| ${row.map(cell).join(" | ")} |`);
  return [head, `|${" --- |".repeat(rows[0]?.length ?? 0)}`, ...rest].join("\n");
}

/**
 * The summary of one run for the page of a workflow's job: the verdicts in a table, then what a terminal
 * shows. Pure.
 *
 * @param own - the run's own `summary.md`, which stands in place of what a terminal shows
 */
export function renderJobSummary(report: ConformanceReport, own?: string): string {
  const { profile, run, engines, statistics, reasons } = report;
  const name = verdictNames[`${report.conformant}`];
  const table = renderTable([
    ["engine", "verdict", "crash points"],
    ...engines.map((engine) => [engine.label, verdictNames[`${engine.conformant}`], renderPoints(engine)]),
  ]);
  const levels = Object.entries(statistics).map(([level, counts]) => `${level}: ${renderCounts(counts)}`);
  const text = [
    `## ${cell(engines.map(({ label }) => label).join(", "))}: ${name}`,
    `Profile ${cell(profile.name)} ${cell(profile.version)}, seed ${run.seed}. ${levels.join("; ")}.`,
    ...reasons.map((reason) => `- ${cell(reason)}`),
    table,
    own ??
      `<details><summary>Every attempt that has something to say</summary>\n\n${fence(cutText(renderReport(report), maxFenced))}\n\n</details>`,
  ].join("\n\n");
  return cutText(text, maxBytes);
}
