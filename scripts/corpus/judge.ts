import { type ExitCode, exitCodes } from "../../harness/errors/problems.ts";
import { findingsOf } from "../../report/baseline.ts";
import type { ReportedFinding } from "../../report/finding-schema.ts";
import type { ReportedAttempt } from "../../report/schema.ts";
import type { CorpusCase } from "./cases.ts";
import type { CorpusPlan, Outcome } from "./known-issues.ts";

/** What an attempt showed of a known issue. */
export interface CorpusResult {
  readonly found: Outcome | "could not tell";
  /** The findings that are the issue's; where there is none, what else the attempt came to. */
  readonly detail: string;
}

type Expected = CorpusPlan["finding"];

/** Whether a finding is the one that shows the issue. Figures decide nothing. */
function isShown(finding: ReportedFinding, { oracle, family, text, step }: Expected): boolean {
  const told = `${finding.item?.text ?? ""}\n${finding.why}`;
  return (
    finding.level !== "observed" &&
    finding.oracle === oracle &&
    (family === undefined || finding.item?.family === family) &&
    (text === undefined || new RegExp(text).test(told)) &&
    (step === undefined || finding.step === step)
  );
}

function describe({ oracle, step, item, why }: ReportedFinding): string {
  return `${oracle} in step ${step}: ${item?.text ?? why.split("\n")[0]}`;
}

function others(findings: readonly ReportedFinding[]): string {
  const count = Map.groupBy(
    findings.filter(({ level }) => level !== "observed"),
    ({ oracle }) => oracle,
  );
  if (count.size === 0) return "no finding";
  return `no such finding; ${[...count].map(([oracle, own]) => `${own.length} of ${oracle}`).join(", ")}`;
}

/**
 * What an attempt says of a known issue. That a finding is absent counts only where the engine lived, and
 * the attempt came to a verdict. Pure.
 *
 * @param attempt - undefined where it left no verdict
 */
export function judgeCase(expected: Expected, attempt: ReportedAttempt | undefined): CorpusResult {
  const open = (detail: string): CorpusResult => ({ found: "could not tell", detail });
  if (attempt === undefined) return open("it was not reached");
  const { verdict } = attempt;
  if (verdict.kind === "unsupported") return open(`the engine does not claim ${verdict.feature}`);
  if (verdict.kind === "not-exercised") return open(`${verdict.reason}: ${verdict.detail}`);
  if (verdict.kind === "error") return open(`${verdict.cause.code}: ${verdict.cause.message.split("\n")[0]}`);
  const findings = findingsOf(attempt);
  const shown = findings.filter((finding) => isShown(finding, expected));
  const [first] = shown;
  if (first !== undefined) {
    const more = shown.length === 1 ? "" : ` (and ${shown.length - 1} more)`;
    return { found: "fail", detail: `${describe(first)}${more}` };
  }
  const dead = findings.find(({ oracle, level }) => oracle === "liveness" && level !== "observed");
  if (dead !== undefined) return open(`the engine did not live: ${dead.why.split("\n")[0]}`);
  return { found: "pass", detail: others(findings) };
}

/** A case with what came of it. */
export interface JudgedCase {
  readonly case: CorpusCase;
  readonly result: CorpusResult;
  /** Directory of the attempt's evidence. */
  readonly evidence: string;
}

export function stateOf({ case: { expected }, result: { found } }: JudgedCase): "same" | "other" | "open" {
  if (found === "could not tell") return "open";
  return found === expected ? "same" : "other";
}

/** A mismatch beats what could not be told. */
export function corpusExitCode(judged: readonly JudgedCase[]): ExitCode {
  const states = judged.map(stateOf);
  if (states.includes("other")) return exitCodes.notConformant;
  return states.includes("open") ? exitCodes.couldNotTell : exitCodes.conformant;
}
