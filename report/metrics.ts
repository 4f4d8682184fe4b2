import { findingsOf } from "./baseline.ts";
import type { KnownReport } from "./schema.ts";

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** A label's value as the text format of Prometheus has it. */
const escape = (text: string): string =>
  text.replaceAll("\\", String.raw`\\`).replaceAll('"', String.raw`\"`).replaceAll("\n", String.raw`\n`);

function renderMetric(name: string, help: string, samples: readonly Sample[]): readonly string[] {
  if (samples.length === 0) return [];
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...samples.map(({ labels, value }) => {
      const told = Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`);
      return `${name}{${told.join(",")}} ${value}`;
    }),
  ];
}

const conformance = { true: 1, false: 0, undetermined: 0 } as const;

/** How often each combination of labels occurs. */
function countBy(all: readonly Labels[]): readonly Sample[] {
  const groups = Map.groupBy(all, (labels) => JSON.stringify(labels));
  return [...groups.values()].map((own) => ({ labels: own[0] ?? {}, value: own.length }));
}

function crashPoints({ engines }: KnownReport): readonly Sample[] {
  return engines.flatMap(({ label: engine, crashPoints: found }) =>
    Object.entries(found ?? {}).map(([state, value]) => ({ labels: { engine, state }, value })),
  );
}

function halfLives({ halfLife = [] }: KnownReport): readonly Sample[] {
  return halfLife.flatMap(({ engine, scenario, faults, medianMs, p90Ms, maxMs }) =>
    Object.entries({ "0.5": medianMs, "0.9": p90Ms, "1": maxMs }).flatMap(([quantile, ms]) =>
      ms === undefined
        ? []
        : [{ labels: { engine, scenario, faults: `${faults}`, quantile }, value: ms / 1000 }],
    ),
  );
}

function mutants({ detectionPower: power }: KnownReport): readonly Sample[] {
  return power === undefined ? [] : countBy(power.mutants.map(({ caught }) => ({ caught: `${caught}` })));
}

/**
 * The report in the text format of Prometheus, for the textfile collector of its node exporter: every value
 * is a gauge of the last run. Pure.
 */
export function renderMetrics(report: KnownReport): string {
  const { run, profile, engines } = report;
  const results = report.results.filter(({ level }) => level !== "power");
  const lines = [
    ...renderMetric("leakproof_run_info", "The run that these figures are of.", [
      {
        labels: {
          run: run.id,
          profile: profile.name,
          profile_version: profile.version,
          suite_version: run.suiteVersion,
          seed: String(run.seed),
        },
        value: 1,
      },
    ]),
    ...renderMetric("leakproof_run_end_time_seconds", "When the run ended, since 1970.", [
      { labels: {}, value: Date.parse(run.endedAt) / 1000 },
    ]),
    ...renderMetric(
      "leakproof_conformant",
      "1 where all of Core passed; 0 where something failed or is open.",
      engines.map(({ label: engine, conformant }) => ({
        labels: { engine },
        value: conformance[`${conformant}`],
      })),
    ),
    ...renderMetric(
      "leakproof_attempts",
      "Attempts by verdict.",
      countBy(results.map(({ engine, level, verdict }) => ({ engine, level, verdict: verdict.kind }))),
    ),
    ...renderMetric(
      "leakproof_findings",
      "Findings by oracle.",
      countBy(
        results.flatMap((attempt) =>
          findingsOf(attempt).map(({ oracle, level }) => ({ engine: attempt.engine, oracle, level })),
        ),
      ),
    ),
    ...renderMetric(
      "leakproof_crash_points",
      "Kernel writes seen, and what came of kills after them.",
      crashPoints(report),
    ),
    ...renderMetric("leakproof_half_life_seconds", "How long what was let go of stayed.", halfLives(report)),
    ...renderMetric(
      "leakproof_mutants",
      "Mutants of the reference engine, by whether the oracle meant for them caught them.",
      mutants(report),
    ),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
