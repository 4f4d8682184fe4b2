import { familyOf } from "./matrix.ts";
import type { PageAttempt, PageFinding } from "./page-data.ts";

/** Cards that are about the same thing in several attempts of one engine: the first is told, the others are named. */
export interface FindingStack {
  /** Index of the first. */
  readonly index: number;
  readonly first: PageFinding;
  readonly others: readonly number[];
}

export interface Filter {
  readonly text?: string;
  readonly oracle?: string;
  readonly level?: string;
  readonly engine?: string;
  readonly scenario?: string;
  readonly family?: string;
}

function stackKey({ finding }: PageFinding, attempt: PageAttempt | undefined): string {
  return `${attempt?.engine}\n${attempt?.mutant?.name ?? ""}\n${finding.key ?? `${finding.oracle} ${finding.why}`}`;
}

/** How often the same was found in the same attempt before: two nodes of one attempt are two cards. */
function occurrences(keys: readonly string[]): readonly number[] {
  const seen = new Map<string, number>();
  return keys.map((key) => {
    const count = seen.get(key) ?? 0;
    seen.set(key, count + 1);
    return count;
  });
}

/** Findings of several attempts about the same thing stand together, in the order of the first of each. Pure. */
export function stackFindings(
  findings: readonly PageFinding[],
  attempts: readonly PageAttempt[],
): readonly FindingStack[] {
  const keys = findings.map((finding) => stackKey(finding, attempts[finding.attempt]));
  const counts = occurrences(keys.map((key, index) => `${findings[index]?.attempt}\n${key}`));
  const placed = findings.map((finding, index) => ({ finding, index }));
  const groups = Map.groupBy(placed, ({ index }) => `${keys[index]}\n${counts[index]}`);
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [{ index: first.index, first: first.finding, others: others.map(({ index }) => index) }],
  );
}

const wants = (wanted: string | undefined, seen: string): boolean =>
  wanted === undefined || wanted === "" || wanted === seen;

/** Whether an attempt is among those that are asked for. */
function isAttemptWanted(attempt: PageAttempt, { engine, scenario, family }: Filter): boolean {
  return (
    wants(engine, attempt.engine) && wants(scenario, attempt.scenario) && wants(family, familyOf(attempt))
  );
}

/** Whether a finding is among those that are asked for; `text` is looked for in all that its card shows, without regard to case. */
export function isFindingWanted(
  { finding, also, writer }: PageFinding,
  attempt: PageAttempt,
  filter: Filter,
): boolean {
  const oracles = [finding.oracle, ...also.map(({ oracle }) => oracle)];
  const isOracle =
    filter.oracle === undefined || filter.oracle === "" || oracles.some((oracle) => oracle === filter.oracle);
  if (!isOracle || !wants(filter.level, finding.level) || !isAttemptWanted(attempt, filter)) return false;
  const words = (filter.text ?? "").toLowerCase().trim();
  if (words === "") return true;
  const shown = [
    finding.why,
    finding.item?.family,
    finding.item?.table,
    finding.item?.text,
    finding.owner,
    finding.node,
    finding.packet,
    finding.step,
    attempt.id,
    ...oracles,
    ...(writer?.argv ?? []),
  ];
  return shown.some((text) => text?.toLowerCase().includes(words));
}

/**
 * Indices of the attempts that are asked for: of the engine, scenario and family, and, where findings are asked for,
 * with one of these, or with the text in its name. Mutants that show power are none of them. Pure.
 */
export function wantedAttempts(
  attempts: readonly PageAttempt[],
  findings: readonly PageFinding[],
  filter: Filter,
): readonly number[] {
  const { text = "", oracle = "", level = "" } = filter;
  const words = text.toLowerCase().trim();
  const found = new Set(
    findings
      .filter((finding) => {
        const attempt = attempts[finding.attempt];
        return attempt !== undefined && isFindingWanted(finding, attempt, filter);
      })
      .map(({ attempt }) => attempt),
  );
  return attempts.flatMap((attempt, index) => {
    if (attempt.level === "power" || !isAttemptWanted(attempt, filter)) return [];
    const isNamed = oracle === "" && level === "" && attempt.id.toLowerCase().includes(words);
    return isNamed || found.has(index) ? [index] : [];
  });
}
