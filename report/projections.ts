import { renderCtrf } from "./ctrf.ts";
import { renderJunit } from "./junit.ts";
import { renderMetrics } from "./metrics.ts";
import type { KnownReport } from "./schema.ts";
import { renderSummaryFile } from "./summary-text.ts";

/** The files that are made from a report and from nothing else. */
export const projectionNames = ["junit.xml", "ctrf.json", "summary.md", "metrics.prom"] as const;

/** Their contents. Pure. */
export function projectionsOf(
  report: KnownReport,
): Readonly<Record<(typeof projectionNames)[number], string>> {
  return {
    "junit.xml": renderJunit(report),
    "ctrf.json": renderCtrf(report),
    "summary.md": renderSummaryFile(report),
    "metrics.prom": renderMetrics(report),
  };
}
