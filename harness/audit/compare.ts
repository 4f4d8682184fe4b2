import { type AuditFinding, findingKey } from "./finding.ts";

/** Two reports of the same nodes, before and after something. */
export interface AuditDifference {
  readonly came: readonly AuditFinding[];
  readonly went: readonly AuditFinding[];
  /** There before and after: what should have gone. */
  readonly stayed: readonly AuditFinding[];
}

/** What came, what went, and what should have gone, from one report to another. */
export function compareAudits(
  before: { readonly findings: readonly AuditFinding[] },
  after: { readonly findings: readonly AuditFinding[] },
): AuditDifference {
  const old = new Set(before.findings.map(findingKey));
  const now = new Set(after.findings.map(findingKey));
  return {
    came: after.findings.filter((finding) => !old.has(findingKey(finding))),
    went: before.findings.filter((finding) => !now.has(findingKey(finding))),
    stayed: after.findings.filter((finding) => old.has(findingKey(finding))),
  };
}
