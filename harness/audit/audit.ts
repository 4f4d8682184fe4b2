import { findApiLeftovers } from "./api-leftovers.ts";
import { type AuditFinding, auditKinds, findingKey } from "./finding.ts";
import { type AuditContext, type EngineOnNode, judgeNode, type NodeSight } from "./judge-node.ts";
import { issueOf } from "./upstream-issue.ts";

/** What could not be seen: what is said of the rest is not the whole. */
export interface SightProblem {
  /** The node, or the source of objects. */
  readonly where: string;
  readonly what: string;
}

/** The result of an audit, as it is written and compared. */
export interface AuditReport {
  readonly schemaVersion: 1;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  /** How often each node was looked at; an orphan of a live node was there each time. */
  readonly looks: number;
  readonly nodes: readonly { readonly name: string; readonly engines: readonly EngineOnNode[] }[];
  readonly findings: readonly AuditFinding[];
  readonly problems: readonly SightProblem[];
}

/** The looks at one node, in order. */
export interface NodeLooks {
  readonly sights: readonly [NodeSight, ...NodeSight[]];
}

/** Findings of the last look that were there in every one. */
function confirmed(looks: readonly (readonly AuditFinding[])[]): readonly AuditFinding[] {
  const [last = [], ...before] = looks.toReversed();
  const keys = before.map((findings) => new Set(findings.map(findingKey)));
  return last.filter((finding) => keys.every((known) => known.has(findingKey(finding))));
}

function withIssue(finding: AuditFinding, context: AuditContext): AuditFinding {
  const signs = context.signs.find(({ name }) => name === finding.engine);
  const looksLike =
    signs === undefined
      ? undefined
      : issueOf(signs, { kind: finding.kind }, context.issues.get(signs.name), undefined);
  return looksLike === undefined ? finding : { ...finding, looksLike };
}

function inOrder(findings: readonly AuditFinding[]): readonly AuditFinding[] {
  const rank = (finding: AuditFinding): number => auditKinds.indexOf(finding.kind);
  return findings.toSorted(
    (one, other) =>
      rank(one) - rank(other) ||
      one.node.localeCompare(other.node) ||
      one.engine.localeCompare(other.engine) ||
      findingKey(one).localeCompare(findingKey(other)),
  );
}

/**
 * Audits nodes against objects. A finding of a node that was looked at more than once was there in every
 * look: what is about to be written, or about to go, is none.
 *
 * @param seenKinds - kinds of objects that were asked for
 * @param now - time of the last look, ms since 1970
 */
export function auditNodes(
  nodes: readonly NodeLooks[],
  context: AuditContext,
  options: {
    readonly seenKinds: ReadonlySet<string>;
    readonly now: number;
    readonly problems: readonly SightProblem[];
  },
): AuditReport {
  const judged = nodes.map(({ sights }) => {
    const audits = sights.map((sight) => judgeNode(sight, context, options.seenKinds));
    return {
      name: sights[0].name,
      engines: audits.at(-1)?.engines ?? [],
      findings: confirmed(audits.map(({ findings }) => findings)),
      lacking: audits.at(-1)?.lacking ?? [],
    };
  });
  const leftovers = findApiLeftovers(context.live, options.now).map((finding) => withIssue(finding, context));
  const lacking = judged.flatMap(({ name, lacking: kinds }) =>
    kinds.length === 0
      ? []
      : [{ where: name, what: `rules here are of ${kinds.join(", ")}, and no such objects were given` }],
  );
  return {
    schemaVersion: 1,
    takenAt: new Date(options.now).toISOString(),
    looks: Math.max(0, ...nodes.map(({ sights }) => sights.length)),
    nodes: judged.map(({ name, engines }) => ({ name, engines })),
    findings: inOrder([...judged.flatMap(({ findings }) => findings), ...leftovers]),
    problems: [...options.problems, ...lacking],
  };
}

/** 0 clean, 1 findings, 2 nothing found, but not all was seen. */
export function auditExitCode(report: Pick<AuditReport, "findings" | "problems">): 0 | 1 | 2 {
  if (report.findings.length > 0) return 1;
  return report.problems.length > 0 ? 2 : 0;
}
