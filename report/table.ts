import { itemKey } from "../harness/model/state.ts";
import { findingsOf } from "./baseline.ts";
import type { ReportedFinding } from "./finding-schema.ts";
import { renderFinding } from "./finding-text.ts";
import { quoteWord } from "./replay.ts";
import type { ConformanceReport, ReportedAttempt, VerdictCounts } from "./schema.ts";
import { reproductionFile } from "./reproduction-file.ts";

/** So many findings of one attempt are shown on a terminal; the report has all of them. */
const shownFindings = 8;

/** Attempts with faults that failed leave a script. */
function hasScript({ faults, verdict, evidence }: ReportedAttempt): boolean {
  return faults !== undefined && verdict.kind === "fail" && evidence !== undefined;
}

function renderCell({ verdict }: ReportedAttempt): string {
  if (verdict.kind === "fail") return `FAIL (${verdict.findings.length})`;
  if (verdict.kind === "error") return "ERROR";
  return verdict.kind;
}

/** What beats what where an attempt was repeated: the worst is shown. */
const worstFirst = ["fail", "error", "not-exercised", "unsupported", "pass"];

/** All rounds of one scenario on one engine: the worst of them, and how many were like it. */
function renderRounds(rounds: readonly ReportedAttempt[]): string {
  const rank = ({ verdict }: ReportedAttempt): number => worstFirst.indexOf(verdict.kind);
  const [worst] = rounds.toSorted((one, other) => rank(one) - rank(other));
  if (worst === undefined) return "-";
  const alike = rounds.filter(({ verdict }) => verdict.kind === worst.verdict.kind).length;
  return rounds.length === 1 ? renderCell(worst) : `${renderCell(worst)} ${alike}/${rounds.length}`;
}

/** Rows of cells as text, each column as wide as its widest cell. */
function align(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (known, row) => row.map((cell, column) => Math.max(cell.length, known[column] ?? 0)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** The profile's own attempts: neither crash points nor what shows power. Of an upgrade, it alone. */
const isOwn = ({ role, level }: ReportedAttempt): boolean =>
  (role === undefined || role === "upgraded") && level !== "power";

/** Scenario x engine, in the order of the run. */
export function renderMatrix({ engines, results }: ConformanceReport): string {
  const own = results.filter(isOwn);
  const levels = new Map(own.map(({ scenario, level }) => [scenario, level]));
  const rows = [...levels].map(([scenario, level]) => [
    scenario,
    level,
    ...engines.map(({ label }) =>
      renderRounds(own.filter((other) => other.scenario === scenario && other.engine === label)),
    ),
  ]);
  return align([["SCENARIO", "LEVEL", ...engines.map(({ label }) => label)], ...rows]).join("\n");
}

/** What an attempt has to say beside its findings. */
function renderReason({ verdict }: ReportedAttempt): readonly string[] {
  if (verdict.kind === "error") return verdict.cause.message.split("\n").map((line) => `  ${line}`);
  return verdict.kind === "not-exercised" ? [`  ${verdict.reason}: ${verdict.detail}`] : [];
}

/** Findings about one item of one node stand together: the first is told whole, the others in a line. */
function renderGroup(group: readonly ReportedFinding[], number: number): readonly string[] {
  const [first, ...others] = group;
  if (first === undefined) return [];
  const [head = "", ...rest] = renderFinding(first);
  const also = [...new Set(others.map(({ oracle, step }) => `${oracle} in step "${step}"`))];
  return [
    `  ${number}. ${head}`,
    ...rest.map((line) => `   ${line}`),
    ...(also.length === 0 ? [] : [`     ${"also".padEnd(10)} ${also.join(", ")}`]),
  ];
}

/** What the nemesis did, a line each. */
function renderFaults({ faults = [] }: ReportedAttempt): readonly string[] {
  return faults.flatMap(({ what, fired, evidence }) => [
    `  fault:    ${what}`,
    `            ${fired ? "fired" : "did not fire"}${evidence === undefined ? "" : `: ${evidence}`}`,
  ]);
}

/** The kernels of nodes that are guests: those of the others are the machine's, which the report names once. */
function renderKernels({ kernels = [] }: ReportedAttempt): readonly string[] {
  return kernels
    .filter(({ kind }) => kind !== "host")
    .map(({ node, name, kind }) => `  kernel:   ${node}: ${name} (${kind})`);
}

/** One attempt with all that is wrong in it, and how to see it again. */
function renderAttempt(attempt: ReportedAttempt, directory: string): string {
  const findings = findingsOf(attempt);
  const groups = [
    ...Map.groupBy(findings, ({ item, node, why, step, level, known }) =>
      item === undefined ? `${why} ${step}` : [node, level, known, itemKey(item)].join(" "),
    ).values(),
  ];
  const shown = groups.slice(0, shownFindings).flatMap((group, index) => renderGroup(group, index + 1));
  const hidden = groups.slice(shownFindings).flat().length;
  return [
    `${renderCell(attempt)}  ${isOwn(attempt) ? attempt.scenario : attempt.id}  ${attempt.engine}`,
    ...renderReason(attempt),
    ...renderKernels(attempt),
    ...renderFaults(attempt),
    ...shown,
    ...(hidden > 0 ? [`  ... and ${hidden} more, in the report.`] : []),
    ...(attempt.evidence === undefined ? [] : [`  evidence: ${attempt.evidence}`]),
    `  again:    ${replayFrom(directory, attempt)}`,
    ...(hasScript(attempt)
      ? [`  alone:    ${attempt.evidence}/${reproductionFile} shows it without Leakproof`]
      : []),
  ].join("\n");
}

/** The command as it works from where the run was started: plans lie in the run's directory. */
function replayFrom(directory: string, { replay, evidence }: ReportedAttempt): string {
  return evidence === undefined || directory === ""
    ? replay
    : replay.replace(`replay -- ${quoteWord(`${evidence}/plan.json`)}`, () => {
        const path = `${directory}/${evidence}/plan.json`;
        return `replay -- ${quoteWord(path)}`;
      });
}

/** Crash points of an engine, in a line. */
function renderCrashPoints({ label, crashPoints }: ConformanceReport["engines"][number]): readonly string[] {
  if (crashPoints === undefined) return [];
  const { indexed, effective, distinct, fired, passed, failed, notExercised } = crashPoints;
  const tried = `${fired} fired, ${passed} passed, ${failed} failed, ${notExercised} not exercised`;
  return [
    `crash points of ${label}: ${tried} (${indexed} writes seen, ${effective} effective, ${distinct} distinct)`,
  ];
}

/** What the oracles catch, in a line, and every mutant that got away. */
function renderPower({ detectionPower: power }: ConformanceReport): readonly string[] {
  if (power === undefined) return [];
  const { mutants, silent } = power;
  const missed = mutants.filter(({ caught }) => !caught);
  const found = silent.findings === 0 ? "silent" : `${silent.findings} findings`;
  return [
    `detection power: ${mutants.length - missed.length} of ${mutants.length} mutants caught by the oracle meant for them; ${found} in ${silent.attempts} attempts of the sound engine`,
    ...missed.map(({ name, scenario, oracle, by, verdict }) => {
      const others = by.length === 0 ? verdict : `by ${by.join(", ")} alone`;
      return `  ${name} in ${scenario}: not caught by ${oracle} (${others})`;
    }),
  ];
}

/** Waivers in a line, and every one that lets nothing pass. */
function renderWaivers({ waivers }: ConformanceReport): readonly string[] {
  if (waivers === undefined) return [];
  const of = (state: string) => waivers.list.filter((waiver) => waiver.state === state);
  const idle = [...of("expired"), ...of("unmatched")].map((waiver) => {
    const { issue, until, findings, state, finding, engine, scenario, oracle, item } = waiver;
    const about = Object.entries({ finding, engine, scenario, oracle, item })
      .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
      .join(", ");
    const why =
      state === "expired" ? `expired on ${until}, ${findings} findings are meant` : "no finding is meant";
    return `  waiver of ${about} (${issue}): ${why}`;
  });
  const counts = ["used", "expired", "unmatched"].map((state) => `${of(state).length} ${state}`);
  return [`waivers: ${counts.join(", ")}`, ...idle];
}

function renderCounts(level: string, counts: VerdictCounts): readonly string[] {
  const told = Object.entries(counts).flatMap(([kind, count]) => (count === 0 ? [] : [`${count} ${kind}`]));
  return told.length === 0 ? [] : [`${level}: ${told.join(", ")}`];
}

const verdictText = { true: "CONFORMANT", false: "NOT CONFORMANT", undetermined: "UNDETERMINED" } as const;

/** The last lines of a run: what it comes to, and why. */
export function renderSummary(report: ConformanceReport): string {
  const { statistics, baseline, run, profile } = report;
  const compared =
    baseline &&
    `baseline ${baseline.runId}: ${baseline.new} new, ${baseline.known} known, ${baseline.gone} gone`;
  return [
    `${verdictText[`${report.conformant}`]}  profile ${profile.name} ${profile.version}, seed ${run.seed}`,
    ...report.reasons.map((reason) => `  ${reason}`),
    ...Object.entries(statistics).flatMap(([level, counts]) =>
      renderCounts(level, counts).map((line) => `  ${line}`),
    ),
    ...report.engines.flatMap(renderCrashPoints).map((line) => `  ${line}`),
    ...renderPower(report).map((line) => `  ${line}`),
    ...(compared === undefined ? [] : [`  ${compared}`]),
    ...renderWaivers(report).map((line) => `  ${line}`),
  ].join("\n");
}

/** Whether there is more to say than the table does: not of what passed, is unsupported, or was not reached. */
function isTold({ verdict, level }: ReportedAttempt): boolean {
  if (level === "power") return verdict.kind === "error";
  if (verdict.kind === "not-exercised") return verdict.reason !== "interrupted";
  return verdict.kind !== "pass" && verdict.kind !== "unsupported";
}

/** So many crash points of one engine are told whole; the report has all of them. */
const shownCrashPoints = 6;

/** Attempts that are told, a paragraph each; of many crash points the first. */
function renderTold(report: ConformanceReport, directory: string): readonly string[] {
  const told = report.results.filter(isTold);
  const points = Map.groupBy(
    told.filter(({ role }) => role === "crash-point"),
    ({ engine }) => engine,
  );
  const hidden = new Set([...points.values()].flatMap((own) => own.slice(shownCrashPoints)));
  const more = [...points].flatMap(([engine, own]) =>
    own.length <= shownCrashPoints
      ? []
      : [`... and ${own.length - shownCrashPoints} more crash points of ${engine}, in the report.`],
  );
  return [
    ...told.filter((attempt) => !hidden.has(attempt)).map((attempt) => renderAttempt(attempt, directory)),
    ...more,
  ];
}

/**
 * All that is printed at the end of a run: the table, every attempt that did not pass, the summary. Pure.
 *
 * @param directory - of the run, for commands that can be pasted; as in the report where it is empty
 */
export function renderReport(report: ConformanceReport, directory = ""): string {
  return `${[renderMatrix(report), ...renderTold(report, directory), renderSummary(report)].join("\n\n")}\n`;
}
