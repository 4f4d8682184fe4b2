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
    Object.entries({ "50": medianMs, "90": p90Ms, "100": maxMs }).flatMap(([percentile, ms]) =>
      ms === undefined
        ? []
        : [{ labels: { engine, scenario, faults: `${faults}`, percentile }, value: ms / 1000 }],
    ),
  );
}

function apiLooks({ availability = [] }: KnownReport): readonly Sample[] {
  return availability.flatMap(({ engine, from, connection, looks, missed, setAside }) =>
    Object.entries({ answered: looks - missed, missed, set_aside: setAside }).map(([state, value]) => ({
      labels: { engine, from, connection, state },
      value,
    })),
  );
}

function apiAnswers({ availability = [] }: KnownReport): readonly Sample[] {
  return availability.flatMap(({ engine, from, connection, p50Ms, p99Ms }) =>
    Object.entries({ "50": p50Ms, "99": p99Ms }).flatMap(([percentile, ms]) =>
      ms === undefined ? [] : [{ labels: { engine, from, connection, percentile }, value: ms / 1000 }],
    ),
  );
}

function apiOutages({ availability = [] }: KnownReport): readonly Sample[] {
  return availability.map(({ engine, from, connection, maxOutageMs }) => ({
    labels: { engine, from, connection },
    value: maxOutageMs / 1000,
  }));
}

function bystanders({ bystanders: sums = [] }: KnownReport): readonly Sample[] {
  return sums.flatMap(({ engine, families }) =>
    families.flatMap(({ family, planted, lost }) =>
      Object.entries({ planted, lost }).map(([state, value]) => ({
        labels: { engine, family, state },
        value,
      })),
    ),
  );
}

function residue({ residue: sums }: KnownReport): readonly Sample[] {
  if (sums === undefined) return [];
  return Object.entries({ checks: sums.checks, left: sums.left.length }).map(([state, value]) => ({
    labels: { state },
    value,
  }));
}

function plants({ oracleSensitivity = [] }: KnownReport): readonly Sample[] {
  return oracleSensitivity.flatMap(({ engine, family, oracles }) =>
    oracles.flatMap(({ oracle, planted, caught }) =>
      Object.entries({ planted, caught }).map(([state, value]) => ({
        labels: { engine, family, oracle, state },
        value,
      })),
    ),
  );
}

function mutants({ detectionPower: power }: KnownReport): readonly Sample[] {
  return power === undefined ? [] : countBy(power.mutants.map(({ caught }) => ({ caught: `${caught}` })));
}

function figureLines(report: KnownReport): readonly string[] {
  return [
    ...renderMetric(
      "leakproof_api_looks",
      "Looks at the API server, by kind of prober and connection.",
      apiLooks(report),
    ),
    ...renderMetric("leakproof_api_answer_seconds", "At most so long answers took.", apiAnswers(report)),
    ...renderMetric(
      "leakproof_api_outage_max_seconds",
      "The longest outage of the API server that is certain.",
      apiOutages(report),
    ),
    ...renderMetric(
      "leakproof_bystanders",
      "Somebody else's items beside the engine, and those that it changed or lost.",
      bystanders(report),
    ),
    ...renderMetric(
      "leakproof_harness_residue",
      "Looks for what the harness itself left, and what there was.",
      residue(report),
    ),
    ...renderMetric(
      "leakproof_planted_faults",
      "Faults planted into recordings of this run, and those that the oracle saw.",
      plants(report),
    ),
  ];
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
    ...figureLines(report),
    ...renderMetric(
      "leakproof_mutants",
      "Mutants of the reference engine, by whether the oracle meant for them caught them.",
      mutants(report),
    ),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
