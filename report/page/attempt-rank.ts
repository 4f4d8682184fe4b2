import type { ReportedAttempt } from "../schema.ts";

const verdicts = ["fail", "error", "not-exercised", "pass", "unsupported"] as const;
const levels = ["core", "extended", "observed"] as const;

/**
 * The attempts in the order in which their time machines are put on the page: those that failed before errors,
 * those before what was not exercised, those before what passed; then by level; index attempts, which others are
 * compared with, before the rest; mutants that show power, which are meant to fail, at the end. The order of the report
 * decides between equals. Pure.
 */
export function byImportance(attempts: readonly ReportedAttempt[]): readonly ReportedAttempt[] {
  const rank = ({ verdict, level, role }: ReportedAttempt): number =>
    level === "power"
      ? Number.MAX_SAFE_INTEGER
      : verdicts.indexOf(verdict.kind) * 100 + levels.indexOf(level) * 10 + (role === "index" ? 0 : 1);
  return attempts.toSorted((one, other) => rank(one) - rank(other));
}
