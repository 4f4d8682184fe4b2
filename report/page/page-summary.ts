import { findingsOf } from "../baseline.ts";
import type { ConformanceReport, ReportedAttempt } from "../schema.ts";
import { faultFamily } from "./model/fault-family.ts";
import type { PageAttempt, PageData, PageFinding, SummedFigure } from "./model/page-data.ts";
import { without } from "../verify/data.ts";
import { pageSizeLimit } from "./size-rule.ts";

/** Why an attempt's time machine is not on the page, where it is not for want of room. */
export type Missing = NonNullable<PageAttempt["leftOut"]>;

function detailOf({ verdict }: ReportedAttempt): string | undefined {
  switch (verdict.kind) {
    case "error":
      return verdict.cause.message;
    case "not-exercised":
      return `${verdict.reason}: ${verdict.detail}`;
    case "unsupported":
      return `the engine does not claim ${verdict.feature}`;
    case "pass":
    case "fail":
      return undefined;
  }
}

/** Figures that the page tells of all attempts together. */
const summed = [
  "halfLives",
  "availability",
  "bystanders",
  "residue",
  "featuresShown",
  "familiesWritten",
  "sensitivity",
] as const satisfies readonly SummedFigure[];

function summarise(attempt: ReportedAttempt, missing: Missing | undefined): PageAttempt {
  const { verdict, ...told } = attempt;
  const rest = without(told, ...summed);
  const detail = detailOf(attempt);
  const family = faultFamily(attempt.id, (attempt.faults?.length ?? 0) > 0);
  return {
    ...rest,
    kind: verdict.kind,
    findings: findingsOf(attempt).length,
    ...(detail === undefined ? {} : { detail }),
    ...(family === undefined ? {} : { family }),
    ...(missing === undefined ? {} : { leftOut: missing }),
  };
}

/**
 * All that the page shows but the time machines. Pure.
 *
 * @param missing - attempt -> why it has no time machine
 * @param findingsPerAttempt - the most that are told of one attempt; all where it is absent
 */
export function pageSummary(
  { results, apiVersion: _a, kind: _k, schemaVersion: _s, ...report }: ConformanceReport,
  findings: readonly PageFinding[],
  missing: ReadonlyMap<string, Missing>,
  findingsPerAttempt?: number,
): PageData {
  const told = new Map<number, number>();
  const shown = findings.filter(({ attempt }) => {
    const count = (told.get(attempt) ?? 0) + 1;
    told.set(attempt, count);
    return findingsPerAttempt === undefined || count <= findingsPerAttempt;
  });
  return {
    version: 1,
    report,
    attempts: results.map((attempt) => summarise(attempt, missing.get(attempt.id))),
    findings: shown,
    ...(findingsPerAttempt === undefined ? {} : { findingsPerAttempt }),
    sizeLimit: pageSizeLimit,
  };
}
