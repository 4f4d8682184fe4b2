import { conclude, countVerdicts } from "./conformance.ts";
import { describeMissing } from "./attempt-entry.ts";
import { entryOf, failed, manifest } from "./report.fixture.ts";
import { attemptFigures } from "./figure-schema.ts";
import type { ConformanceReport, ReportedAttempt } from "./schema.ts";
import { without } from "./verify/data.ts";

/** One failed, one passed, one not exercised, one unsupported. */
function sampleResults(): readonly ReportedAttempt[] {
  const unsupported = manifest.attempts.filter((planned) => planned.unsupported !== undefined);
  return [
    entryOf("kv.moves", failed),
    entryOf("kv.deleted", { kind: "pass" }),
    {
      ...entryOf("kv.race", { kind: "not-exercised", reason: "overshoot", detail: "two writes landed." }),
      durationMs: 0,
    },
    ...unsupported.map((planned) =>
      describeMissing(manifest, planned, { kind: "unsupported", feature: "egress-ipv6" }),
    ),
  ];
}

/** The report of the fixture's run with these results. */
export function reportOf(results: readonly ReportedAttempt[] = sampleResults()): ConformanceReport {
  const labels = manifest.engines.map(({ label }) => label);
  const { conformant, reasons, engines } = conclude(labels, results, false);
  return {
    apiVersion: "leakproof.dev/v1",
    kind: "ConformanceReport",
    schemaVersion: 3,
    conformant,
    reasons,
    interrupted: false,
    run: { ...manifest.run, endedAt: "2026-09-01T10:05:00.000Z" },
    profile: manifest.profile,
    engines: manifest.engines.map((engine) => ({
      ...engine,
      conformant: engines.get(engine.label) ?? "undetermined",
    })),
    environment: manifest.environment,
    limits: manifest.limits,
    statistics: countVerdicts(results),
    manifestDigest: "a".repeat(64),
    results,
  };
}

const figures = Object.keys(attemptFigures) as readonly (keyof typeof attemptFigures)[];

/** The same report as versions before 3 had it. */
export function withoutFigures(report: ConformanceReport): ConformanceReport {
  return { ...report, results: report.results.map((attempt) => without(attempt, ...figures)) };
}
