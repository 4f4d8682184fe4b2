import type { ReportedAttempt } from "../schema.ts";
import type { Failure } from "./checks.ts";

/**
 * Whether what an attempt tells of the harness's own residue agrees with its verdict: no recording shows it, since it is
 * looked for when the recording is whole. What was left is an error, unless something failed by then.
 */
export function residueFailures({ residue, verdict }: ReportedAttempt): readonly Failure[] {
  const fail = (what: string): Failure => ({ check: "figures", what });
  const left = residue?.left.length ?? 0;
  const isEmptied = !(verdict.kind === "error" && verdict.cause.code === "cluster/not-emptied");
  if (left > (residue?.checks ?? 0)) return [fail("more was left behind than was looked for.")];
  if (left > 0 && (verdict.kind === "pass" || verdict.kind === "unsupported"))
    return [fail("the harness left something behind, and it passed.")];
  return left === 0 && !isEmptied
    ? [fail("its API could not be emptied, and nothing is said to be left.")]
    : [];
}
