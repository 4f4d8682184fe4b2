import { findingsOf } from "./baseline.ts";
import { cell, renderFigures } from "./figure-text.ts";
import { renderFinding } from "./finding-text.ts";
import type { KnownReport, ReportedAttempt } from "./schema.ts";

/** GitHub takes 1 MiB of a step's summary, and drops all of a longer one. */
export const maxSummaryBytes = 900 * 1024;

/** So much is kept for the line that says what was left out. */
const reservedBytes = 1024;

const conformance = { true: "CONFORMANT", false: "NOT CONFORMANT", undetermined: "UNDETERMINED" } as const;

/** Text as code, however many backquotes it has. */
function fence(lines: readonly string[]): string {
  const text = lines.join("\n");
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const mark = "`".repeat(longest + 1);
  return `${mark}text\n${text}\n${mark}`;
}

const symbols: Readonly<Record<ReportedAttempt["verdict"]["kind"], string>> = {
  pass: "pass",
  fail: "**FAIL**",
  error: "**ERROR**",
  "not-exercised": "not exercised",
  unsupported: "unsupported",
};

function renderMatrix({ engines, results }: KnownReport): string {
  const own = results.filter(
    ({ level, role, id }) => level !== "power" && role === undefined && !/\.r\d+$/.test(id),
  );
  const rows = [...Map.groupBy(own, ({ scenario }) => scenario)].map(([scenario, attempts]) => {
    const cells = engines.map(({ label }) => {
      const found = attempts.find(({ engine }) => engine === label);
      return found === undefined ? "" : symbols[found.verdict.kind];
    });
    return `| ${[scenario, attempts[0]?.level ?? "", ...cells].map(cell).join(" | ")} |`;
  });
  const head = ["scenario", "level", ...engines.map(({ label }) => label)].map(cell);
  return [`| ${head.join(" | ")} |`, `|${" --- |".repeat(head.length)}`, ...rows].join("\n");
}

function reasonOf({ verdict }: ReportedAttempt): readonly string[] {
  if (verdict.kind === "error") return verdict.cause.message.split("\n");
  return verdict.kind === "not-exercised" ? [`${verdict.reason}: ${verdict.detail}`] : [];
}

/** One attempt that did not pass, folded. */
function renderAttempt(attempt: ReportedAttempt): string {
  const { id, engine, level, verdict, replay } = attempt;
  const lines = [...reasonOf(attempt), ...findingsOf(attempt).flatMap(renderFinding), `again: ${replay}`];
  const title = `${verdict.kind}: ${id} (${engine}, ${level})`
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;");
  return `<details><summary>${title}</summary>\n\n${fence(lines)}\n\n</details>\n`;
}

function isTold({ verdict, level }: ReportedAttempt): boolean {
  return (
    level !== "power" &&
    (verdict.kind === "fail" ||
      verdict.kind === "error" ||
      (verdict.kind === "not-exercised" && verdict.reason !== "interrupted"))
  );
}

/** Paragraphs as long as they fit, and how many did not. */
function fill(head: string, paragraphs: readonly string[]): string {
  let text = head;
  let size = Buffer.byteLength(head);
  for (const [index, paragraph] of paragraphs.entries()) {
    size += Buffer.byteLength(paragraph) + 1;
    if (size > maxSummaryBytes - reservedBytes)
      return `${text}\n${paragraphs.length - index} more attempts are in conformance-report.yaml.\n`;
    text += `\n${paragraph}`;
  }
  return text;
}

/** The report as Markdown, for the summary of a job on GitHub: never longer than `maxSummaryBytes`. Pure. */
export function renderSummaryFile(report: KnownReport): string {
  const { profile, run, reasons, engines, environment } = report;
  const points = engines.flatMap(({ label, crashPoints: found }) =>
    found === undefined
      ? []
      : [
          `- crash points of ${label}: ${found.fired} fired, ${found.passed} passed, ${found.failed} failed, ${found.notExercised} not exercised`,
        ],
  );
  const head = [
    `# Leakproof: ${conformance[`${report.conformant}`]}`,
    "",
    `Profile ${profile.name} ${profile.version}, seed ${run.seed}, Kubernetes ${environment.kubernetes}, Linux ${environment.kernel}, ${environment.provider}.`,
    "",
    ...reasons.map((reason) => `- ${reason}`),
    ...points,
    "",
    renderMatrix(report),
    "",
    ...renderFigures(report),
  ].join("\n");
  // A matrix of that size is nobody's; it is cut too, rather than lost with all else.
  const shortHead =
    Buffer.byteLength(head) > maxSummaryBytes / 2 ? `${head.slice(0, maxSummaryBytes / 8)}\n\n` : head;
  return fill(shortHead, report.results.filter(isTold).map(renderAttempt));
}
