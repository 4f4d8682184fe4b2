import { cell, cutText, renderTable } from "../ci/job-summary.ts";
import type { EntryChange, VerdictChange } from "./changes.ts";
import type { EntryResult, Night } from "./night.ts";

/** GitHub takes 65536 characters in the text of an issue; some room is left. */
const maxIssueBytes = 60_000;
const maxSummaryBytes = 900 * 1024;

function countKinds({ scenarios }: EntryResult): string {
  const counts = Map.groupBy(Object.values(scenarios), (kind) => kind);
  return [...counts].map(([kind, all]) => `${all.length} ${kind}`).join(", ") || "none";
}

function renderChanges(changes: readonly VerdictChange[]): string {
  return renderTable([["", "before", "now"], ...changes.map(({ of, before, now }) => [of, before, now])]);
}

function whence({ night, commit, url }: Night): string {
  const at = commit === undefined ? "" : `, commit ${commit.slice(0, 12)}`;
  return `${url === undefined ? night : `[${night}](${url})`}${at}`;
}

function renderComparison(before: Night | undefined, changes: readonly EntryChange[]): readonly string[] {
  if (before === undefined) return ["There is no earlier night to compare with."];
  if (changes.length === 0) return [`Every verdict is that of ${whence(before)}.`];
  return [
    `Changed since ${whence(before)}:`,
    ...changes.flatMap(({ entry, alarming, minor }) => [
      `### ${cell(entry)}`,
      renderChanges([...alarming, ...minor]),
    ]),
  ];
}

/** The summary of a whole night: every entry, and what has changed. Pure. */
export function renderNightSummary(
  now: Night,
  before: Night | undefined,
  changes: readonly EntryChange[],
): string {
  const rows = Object.entries(now.entries).map(([entry, result]) => [
    entry,
    result.verdict,
    before?.entries[entry]?.verdict ?? "-",
    countKinds(result),
  ]);
  return cutText(
    [
      `## Nightly ${whence(now)}`,
      renderTable([["entry", "verdict", "before", "scenarios"], ...rows]),
      ...renderComparison(before, changes),
    ].join("\n\n"),
    maxSummaryBytes,
  );
}

/** An issue as it is opened, or as a comment is added to the one that is open. */
export interface NightlyIssue {
  /** The same on every night: the open issue of an entry is found by it. */
  readonly title: string;
  readonly body: string;
}

/** One issue an entry whose verdicts have changed so that somebody must look. Pure. */
export function issuesOf(
  now: Night,
  before: Night,
  changes: readonly EntryChange[],
): readonly NightlyIssue[] {
  return changes
    .filter(({ alarming }) => alarming.length > 0)
    .map(({ entry, alarming }) => ({
      title: `Nightly: ${entry}`,
      body: cutText(
        [
          `Verdicts of \`${entry}\` on ${whence(now)} are others than on ${whence(before)}.`,
          renderChanges(alarming),
          "The reports, and the evidence of every attempt, are artifacts of the two runs. Each attempt in `conformance-report.yaml` names the command that shows it again.",
        ].join("\n\n"),
        maxIssueBytes,
      ),
    }));
}
