import { stringify } from "yaml";
import type { AuditReport } from "../../harness/audit/audit.ts";
import type { AuditDifference } from "../../harness/audit/compare.ts";
import type { AuditFinding } from "../../harness/audit/finding.ts";
import type { RemovalStep } from "../../harness/audit/removal-plan.ts";
import type { AuditFormat } from "./option-table.ts";
import { renderPage } from "./page/render-page.ts";
import { detailsOf, engineLines, harmless, issueText, placeText, verdictLine } from "./words.ts";

/** So many findings of one kind, engine and node are shown to people. */
const shownOfAKind = 20;

/** What is shown of long lists, and how many are left out of each kind. */
function shortened(findings: readonly AuditFinding[]): {
  readonly shown: readonly AuditFinding[];
  readonly more: readonly string[];
} {
  const counts = new Map<string, number>();
  const shown = findings.filter((finding) => {
    const key = `${finding.kind} of ${finding.engine} on ${finding.node || "the cluster"}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return (counts.get(key) ?? 0) <= shownOfAKind;
  });
  const more = [...counts]
    .filter(([, count]) => count > shownOfAKind)
    .map(([key, count]) => `... and ${count - shownOfAKind} more ${key}: --format json has them all`);
  return { shown, more };
}

function problemLines(report: AuditReport): readonly string[] {
  return report.problems.map(({ where, what }) => `NOT SEEN      ${where}: ${what}`);
}

function renderFinding(finding: AuditFinding): string {
  const where = [finding.engine, finding.node].filter((part) => part !== "").join("  ");
  const lines = detailsOf(finding).map(([name, text]) => `    ${name.padEnd(12)}${text}`);
  return [
    `${finding.kind.toUpperCase().padEnd(14)}${where}  ${placeText(finding)}${finding.text}`,
    ...lines,
  ].join("\n");
}

function renderTable(report: AuditReport): string {
  const { shown, more } = shortened(report.findings);
  const parts = [
    engineLines(report).join("\n"),
    ...shown.map(renderFinding),
    more.join("\n"),
    problemLines(report).join("\n"),
    verdictLine(report, "above"),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** Text that neither ends a cell nor begins markup. */
function cell(text: string): string {
  return text
    .replaceAll("\\", "\\\\")
    .replaceAll("|", "\\|")
    .replaceAll("\n", " ")
    .replace(/[<>`]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function renderMarkdown(report: AuditReport): string {
  const rows = report.findings.map((finding) =>
    [
      finding.kind,
      finding.engine,
      finding.node,
      `${placeText(finding)}${finding.text}`,
      finding.why,
      finding.owner ?? "",
      issueText(finding) ?? "",
    ]
      .map(cell)
      .join(" | "),
  );
  const table = [
    "| kind | engine | node | item | why | owner | looks like |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows.map((row) => `| ${row} |`),
  ];
  return [
    `# Audit of ${report.takenAt}`,
    engineLines(report)
      .map((line) => `- ${cell(line)}`)
      .join("\n"),
    ...(rows.length === 0 ? [] : [table.join("\n")]),
    ...(report.problems.length === 0
      ? []
      : [
          problemLines(report)
            .map((line) => `- ${cell(line)}`)
            .join("\n"),
        ]),
    verdictLine(report, "above"),
    "",
  ].join("\n\n");
}

function renderPlan(steps: readonly RemovalStep[]): string {
  if (steps.length === 0) return "# Nothing that a command could take away.\n";
  const parts = steps.map(({ check, command, node, finding }, index) =>
    [
      `# ${index + 1}. ${finding.kind}${node === "" ? "" : ` on ${node}`}: ${finding.text.replaceAll("\n", " ")}`,
      `#    first: ${check.replaceAll("\n", " ")}`,
      command,
    ].join("\n"),
  );
  const head = [
    "# Nothing of this was run. Take another audit before you begin, and after each node.",
    "# Save what is there first: sh scripts/audit/snapshot.sh before",
  ];
  return `${[head.join("\n"), ...parts].join("\n\n")}\n`;
}

/** Renders a report for a terminal or a program; with `steps`, also the commands that would take the findings away. */
export function renderAudit(
  report: AuditReport,
  format: AuditFormat,
  steps?: readonly RemovalStep[],
): string {
  const whole =
    steps === undefined
      ? report
      : { ...report, plan: steps.map(({ check, command, node }) => ({ node, check, command })) };
  switch (format) {
    case "json":
      return `${JSON.stringify(whole, undefined, 2)}\n`;
    case "yaml":
      return stringify(whole);
    case "markdown":
      return `${renderMarkdown(report)}${steps === undefined ? "" : `\n\`\`\`sh\n${renderPlan(steps).replaceAll("```", "'''")}\`\`\`\n`}`;
    case "html":
      return renderPage({
        title: verdictLine(report, "below"),
        about: [`audit of ${report.takenAt}`, ...engineLines(report)],
        problems: report.problems,
        sections: [{ title: "Findings", findings: report.findings }],
        ...(steps === undefined ? {} : { plan: renderPlan(steps) }),
      });
    case "table":
      return harmless(`${renderTable(report)}${steps === undefined ? "" : `\n${renderPlan(steps)}`}`);
  }
}

/** Renders what came and what went between two reports. */
export function renderDifference(difference: AuditDifference, format: AuditFormat): string {
  if (format === "json") return `${JSON.stringify(difference, undefined, 2)}\n`;
  if (format === "yaml") return stringify(difference);
  const { came, went, stayed } = difference;
  if (format === "html")
    return renderPage({
      title: `${came.length} came, ${went.length} went, ${stayed.length} stayed`,
      about: [],
      problems: [],
      sections: [
        { title: "Came", findings: came },
        { title: "Went", findings: went },
        { title: "Stayed, and should have gone", findings: stayed },
      ],
    });
  const part = (title: string, findings: readonly AuditFinding[]): string =>
    [
      `${title}: ${findings.length}`,
      ...findings.map(
        format === "markdown" ? (finding) => `- ${cell(renderFinding(finding))}` : renderFinding,
      ),
    ].join("\n");
  return `${[part("came", came), part("went", went), part("stayed, and should have gone", stayed)].join("\n\n")}\n`;
}
