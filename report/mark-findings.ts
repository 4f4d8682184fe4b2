import type { ReportedFinding } from "./finding-schema.ts";
import type { ReportedAttempt } from "./schema.ts";

/** The attempt with each of its findings as `mark` gives it back. Pure. */
export function markFindings(
  attempt: ReportedAttempt,
  mark: (finding: ReportedFinding) => ReportedFinding,
): ReportedAttempt {
  const { verdict } = attempt;
  if (verdict.kind === "fail" || verdict.kind === "pass") {
    if (verdict.findings === undefined) return attempt;
    const [first, ...rest] = verdict.findings;
    return { ...attempt, verdict: { kind: verdict.kind, findings: [mark(first), ...rest.map(mark)] } };
  }
  return verdict.kind === "error"
    ? { ...attempt, verdict: { ...verdict, findings: verdict.findings.map(mark) } }
    : attempt;
}
