import { findingsOf } from "./baseline.ts";
import { sha256 } from "./canonical.ts";
import { renderFinding } from "./finding-text.ts";
import type { KnownReport, ReportedAttempt } from "./schema.ts";

/** Statuses of the Common Test Report Format. An error of the harness is `other`: neither the engine's pass nor its failure. */
type CtrfStatus = "passed" | "failed" | "skipped" | "pending" | "other";

const statusOf: Readonly<Record<ReportedAttempt["verdict"]["kind"], CtrfStatus>> = {
  pass: "passed",
  fail: "failed",
  error: "other",
  "not-exercised": "skipped",
  unsupported: "skipped",
};

function messageOf({ verdict }: ReportedAttempt): string | undefined {
  switch (verdict.kind) {
    case "pass":
      return undefined;
    case "fail":
      return verdict.findings[0].why;
    case "error":
      return verdict.cause.message;
    case "not-exercised":
      return `not exercised (${verdict.reason}): ${verdict.detail}`;
    case "unsupported":
      return `unsupported: the engine does not claim ${verdict.feature}`;
  }
}

function renderTest(attempt: ReportedAttempt): object {
  const { id, engine, level, scenario, verdict, durationMs, startedAt, evidence, replay } = attempt;
  const message = messageOf(attempt);
  const trace = findingsOf(attempt).flatMap(renderFinding).join("\n");
  return {
    name: id,
    status: statusOf[verdict.kind],
    duration: durationMs,
    ...(startedAt === undefined
      ? {}
      : { start: Date.parse(startedAt), stop: Date.parse(startedAt) + durationMs }),
    suite: [engine],
    ...(message === undefined ? {} : { message }),
    ...(trace === "" ? {} : { trace }),
    rawStatus: verdict.kind,
    tags: [level],
    type: "conformance",
    extra: { scenario, level, replay, ...(evidence === undefined ? {} : { evidence }) },
  };
}

/** A UUID that follows from the run: the same report has the same. */
function reportId(digest: string): string {
  const [a, b, c, d, e] = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    digest.slice(13, 16),
    digest.slice(17, 20),
    digest.slice(20, 32),
  ];
  return `${a}-${b}-4${c}-8${d}-${e}`;
}

/**
 * The report in the Common Test Report Format, an entry an attempt. Mutants are meant to fail, and are left
 * out. Pure.
 *
 * @see https://ctrf.io
 */
export function renderCtrf(report: KnownReport): string {
  const { run, profile, environment, conformant } = report;
  const results = report.results.filter(({ level }) => level !== "power");
  const count = (status: CtrfStatus): number =>
    results.filter(({ verdict }) => statusOf[verdict.kind] === status).length;
  const document = {
    reportFormat: "CTRF",
    specVersion: "0.0.0",
    reportId: reportId(sha256(`${run.id} ${run.startedAt}`)),
    timestamp: run.endedAt,
    generatedBy: `leakproof ${run.suiteVersion}`,
    results: {
      tool: { name: "leakproof", version: run.suiteVersion },
      summary: {
        tests: results.length,
        passed: count("passed"),
        failed: count("failed"),
        pending: 0,
        skipped: count("skipped"),
        other: count("other"),
        start: Date.parse(run.startedAt),
        stop: Date.parse(run.endedAt),
      },
      tests: results.map(renderTest),
      environment: {
        reportName: `${profile.name} ${profile.version}`,
        osPlatform: environment.os,
        osRelease: environment.kernel,
        testEnvironment: environment.provider,
        extra: { conformant, seed: run.seed, kubernetes: environment.kubernetes, runId: run.id },
      },
    },
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
