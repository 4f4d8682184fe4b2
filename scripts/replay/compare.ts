import { type Finding, findingKey } from "../../harness/model/verdict.ts";
import { exitCodes } from "../../harness/errors/problems.ts";
import { findingsOf } from "../../report/baseline.ts";
import type { ReportedAttempt } from "../../report/schema.ts";

/** One time of a replay beside what was recorded. */
export interface Comparison {
  readonly state: "same" | "different" | "could not tell";
  /** Lines for people. */
  readonly lines: readonly string[];
}

/** The findings of an attempt by their keys; figures, which vary from run to run, are left out. */
function keysOf(attempt: ReportedAttempt): ReadonlyMap<string, Finding> {
  const told = findingsOf(attempt).filter(({ level }) => level !== "observed");
  return new Map(told.map((finding) => [findingKey(attempt.scenario, finding satisfies Finding), finding]));
}

function difference(one: ReadonlyMap<string, Finding>, other: ReadonlyMap<string, Finding>, sign: string) {
  return [...one].flatMap(([key, { oracle, step, why }]) =>
    other.has(key) ? [] : [`  ${sign} ${oracle} in step "${step}": ${why}`],
  );
}

function verdictText({ verdict }: ReportedAttempt): string {
  if (verdict.kind === "error") return `error (${verdict.cause.code})`;
  return verdict.kind === "not-exercised"
    ? `not-exercised (${verdict.reason}: ${verdict.detail})`
    : verdict.kind;
}

/**
 * Whether an attempt came to the same as the one that was recorded: the same verdict, and the same findings
 * by their keys, however often each. Pure.
 *
 * @param now - undefined where it left no verdict
 */
export function compareAttempts(before: ReportedAttempt, now: ReportedAttempt | undefined): Comparison {
  if (now === undefined) return { state: "could not tell", lines: ["it left no verdict"] };
  const [was, is] = [keysOf(before), keysOf(now)];
  const lines = [...difference(was, is, "-"), ...difference(is, was, "+")];
  const told = `${verdictText(now)}, ${is.size} findings`;
  if (now.verdict.kind === before.verdict.kind && lines.length === 0) return { state: "same", lines: [told] };
  const isOpen = now.verdict.kind === "error" || now.verdict.kind === "not-exercised";
  const head = `${told}; recorded: ${verdictText(before)}, ${was.size} findings`;
  return { state: isOpen ? "could not tell" : "different", lines: [head, ...lines] };
}

/** The exit code of a replay: a difference beats what could not be told. */
export function exitCodeOf(comparisons: readonly Comparison[]): number {
  if (comparisons.some(({ state }) => state === "different")) return exitCodes.notConformant;
  return comparisons.every(({ state }) => state === "same") ? exitCodes.conformant : exitCodes.couldNotTell;
}

/** What a replay came to: a line a time, the differences below it. */
export function renderComparisons(id: string, comparisons: readonly Comparison[]): string {
  const width = String(comparisons.length).length;
  const times = comparisons.flatMap(({ state, lines: [head = "", ...rest] }, index) => [
    `[${String(index + 1).padStart(width)}/${comparisons.length}] ${state}: ${head}`,
    ...rest,
  ]);
  const same = comparisons.filter(({ state }) => state === "same").length;
  return `${[...times, `${id}: ${same} of ${comparisons.length} the same`].join("\n")}\n`;
}
