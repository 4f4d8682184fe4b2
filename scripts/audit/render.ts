import { stringify } from "yaml";
import type { AuditReport } from "../../harness/audit/audit.ts";
import type { AuditDifference } from "../../harness/audit/compare.ts";
import type { AuditFinding } from "../../harness/audit/finding.ts";
import type { RemovalStep } from "../../harness/audit/removal-plan.ts";
import type { AuditFormat } from "./options.ts";

/** So many findings of one kind, engine and node are shown to people. */
const shownOfAKind = 20;

function place({ family, table }: AuditFinding): string {
  if (family === undefined) return "";
  return `[${family}${table === undefined ? "" : ` ${table}`}] `;
}

function issueText(finding: AuditFinding): string | undefined {
  const { looksLike } = finding;
  if (looksLike === undefined) return undefined;
  const { title, firstGood, lastBad, links, repairedHere } = looksLike;
  const repaired =
    firstGood === undefined
      ? `no release repairs it (last seen in ${lastBad ?? "?"})`
      : `repaired in ${firstGood}${repairedHere === true ? ", which runs here: an earlier release left it, or it is something else" : ""}`;
  return `${title}; ${repaired}${links.length === 0 ? "" : ` ${links.join(" ")}`}`;
}

function details(finding: AuditFinding): readonly (readonly [string, string])[] {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["why", finding.why],
    ["owner", finding.owner],
    ["left", finding.left],
    ["traffic", finding.traffic],
    ["looks like", issueText(finding)],
  ];
  return rows.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const]));
}

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

function renderFinding(finding: AuditFinding): string {
  const where = [finding.engine, finding.node].filter((part) => part !== "").join("  ");
  const lines = details(finding).map(([name, text]) => `    ${name.padEnd(12)}${text}`);
  return [
    `${finding.kind.toUpperCase().padEnd(14)}${where}  ${place(finding)}${finding.text}`,
    ...lines,
  ].join("\n");
}

function engineLines(report: AuditReport): readonly string[] {
  return report.nodes.flatMap(({ name, engines }) =>
    engines.length === 0
      ? [`${name}: nothing of any known engine`]
      : engines.map(({ engine, installation, items }) => {
          const version = installation.state === "installed" ? ` ${installation.version ?? ""}` : "";
          const how =
            installation.state === "unknown"
              ? "whether it runs is not known"
              : `${installation.state}: ${installation.evidence}`;
          const counts = Object.entries(items).map(([family, count]) => `${count} ${family}`);
          return `${name}: ${engine}${version.trimEnd()} (${how}), ${counts.join(", ")}`;
        }),
  );
}

function problemLines(report: AuditReport): readonly string[] {
  return report.problems.map(({ where, what }) => `NOT SEEN      ${where}: ${what}`);
}

function verdictLine({ findings, problems }: AuditReport): string {
  const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  const blind = problems.length === 0 ? "" : `, and not all could be seen (${problems.length} above)`;
  if (findings.length > 0) return `${count}${blind}.`;
  return problems.length === 0 ? "Clean." : `Could not tell: nothing was found, but not all could be seen.`;
}

function renderTable(report: AuditReport): string {
  const { shown, more } = shortened(report.findings);
  const parts = [
    engineLines(report).join("\n"),
    ...shown.map(renderFinding),
    more.join("\n"),
    problemLines(report).join("\n"),
    verdictLine(report),
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
      `${place(finding)}${finding.text}`,
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
    verdictLine(report),
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

/** Comments are whatever somebody wrote: nothing in them may steer a terminal. */
export function harmless(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, "?");
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
    case "table":
      return harmless(`${renderTable(report)}${steps === undefined ? "" : `\n${renderPlan(steps)}`}`);
  }
}

/** Renders what came and what went between two reports. */
export function renderDifference(difference: AuditDifference, format: AuditFormat): string {
  if (format === "json") return `${JSON.stringify(difference, undefined, 2)}\n`;
  if (format === "yaml") return stringify(difference);
  const { came, went, stayed } = difference;
  const part = (title: string, findings: readonly AuditFinding[]): string =>
    [
      `${title}: ${findings.length}`,
      ...findings.map(
        format === "markdown" ? (finding) => `- ${cell(renderFinding(finding))}` : renderFinding,
      ),
    ].join("\n");
  return `${[part("came", came), part("went", went), part("stayed, and should have gone", stayed)].join("\n\n")}\n`;
}
