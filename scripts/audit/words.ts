import type { AuditReport } from "../../harness/audit/audit.ts";
import type { AuditFinding } from "../../harness/audit/finding.ts";

/** Where an item lives, in front of its text. */
export function placeText({ family, table }: AuditFinding): string {
  if (family === undefined) return "";
  return `[${family}${table === undefined ? "" : ` ${table}`}] `;
}

/** The problem that it looks like, with where it is repaired. */
export function issueText(finding: AuditFinding): string | undefined {
  const { looksLike } = finding;
  if (looksLike === undefined) return undefined;
  const { title, firstGood, lastBad, links, repairedHere } = looksLike;
  const repaired =
    firstGood === undefined
      ? `no release repairs it (last seen in ${lastBad ?? "?"})`
      : `repaired in ${firstGood}${repairedHere === true ? ", which runs here: an earlier release left it, or it is something else" : ""}`;
  return `${title}; ${repaired}${links.length === 0 ? "" : ` ${links.join(" ")}`}`;
}

/** What is told below a finding, by name. */
export function detailsOf(finding: AuditFinding): readonly (readonly [string, string])[] {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["why", finding.why],
    ["owner", finding.owner],
    ["left", finding.left],
    ["traffic", finding.traffic],
    ["looks like", issueText(finding)],
  ];
  return rows.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const]));
}

/** A line for each engine of each node. */
export function engineLines(report: AuditReport): readonly string[] {
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

/** A line that judges the whole; `where` what could not be seen stands. */
export function verdictLine({ findings, problems }: AuditReport, where: "above" | "below"): string {
  const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  const blind = problems.length === 0 ? "" : `, and not all could be seen (${problems.length} ${where})`;
  if (findings.length > 0) return `${count}${blind}.`;
  return problems.length === 0 ? "Clean." : `Could not tell: nothing was found, but not all could be seen.`;
}

/** Comments are whatever somebody wrote: nothing in them may steer a terminal. */
export function harmless(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, "?");
}
