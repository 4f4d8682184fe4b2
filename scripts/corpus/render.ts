import type { CorpusCase, SelectedCases, UnplannedIssue } from "./cases.ts";
import { type JudgedCase, stateOf } from "./judge.ts";

const titles = { same: "as expected", other: "OTHER THAN EXPECTED", open: "could not tell" } as const;

function nameOf({ engineName, issue }: UnplannedIssue): string {
  return `${engineName} ${issue.id}`;
}

/** What is done to the engine beside the scenario. */
function howOf({ plan: { options = {}, faults = [], crash } }: CorpusCase): string {
  const words = [
    ...Object.entries(options).map(([key, value]) => `${key}=${value}`),
    ...faults.map(({ action, step }) => `${action.kind} in ${step}`),
    ...(crash === undefined ? [] : [`kill in ${crash.step} after ${crash.write}`]),
  ];
  return words.length === 0 ? "" : ` (${words.join(", ")})`;
}

function grouped<T>(entries: readonly T[], of: (entry: T) => UnplannedIssue): ReadonlyMap<string, T[]> {
  return Map.groupBy(entries, (entry) => nameOf(of(entry)));
}

function unplannedLines(unplanned: readonly UnplannedIssue[]): readonly string[] {
  return unplanned.map((each) => `not run: ${nameOf(each)}: ${each.issue.notRun ?? ""}`);
}

function caseLine(one: CorpusCase): string {
  return `${one.attempt.engine} ${one.plan.scenario}${howOf(one)}`;
}

/** What `--list` prints. */
export function renderList({ cases, unplanned }: SelectedCases): string {
  const lines = [...grouped(cases, (each) => each)].flatMap(([name, own]) => [
    `${name}: ${own[0]?.issue.title ?? ""}`,
    ...own.map(
      (each) =>
        `  ${caseLine(each)}: expected ${each.expected}, by ${each.plan.finding.oracle}${each.hasRun ? "" : "; was not run"}`,
    ),
  ]);
  return `${[...lines, ...unplannedLines(unplanned)].join("\n")}\n`;
}

function judgedLines(judged: JudgedCase): readonly string[] {
  const { case: one, result, evidence } = judged;
  const state = stateOf(judged);
  return [
    `  ${titles[state]}: ${caseLine(one)}: expected ${one.expected}, found ${result.found}`,
    `    ${result.detail}`,
    ...(state === "same" ? [] : [`    evidence: ${evidence}`]),
  ];
}

/** Expected against found, issue by issue, and the sum. */
export function renderCorpus(judged: readonly JudgedCase[], unplanned: readonly UnplannedIssue[]): string {
  const lines = [...grouped(judged, ({ case: one }) => one)].flatMap(([name, own]) => [
    name,
    ...own.flatMap(judgedLines),
  ]);
  const count = (state: ReturnType<typeof stateOf>): number =>
    judged.filter((each) => stateOf(each) === state).length;
  const issues = new Set(judged.map(({ case: one }) => nameOf(one))).size;
  const sum = `${judged.length} plans of ${issues} known issues: ${count("same")} as expected, ${count("other")} other than expected, ${count("open")} could not be told`;
  return `${[...lines, ...unplannedLines(unplanned), sum].join("\n")}\n`;
}
