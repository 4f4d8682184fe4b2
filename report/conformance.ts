import { type ExitCode, exitCodes } from "../harness/errors/problems.ts";
import { findingsOf } from "./baseline.ts";
import type { ConformanceReport, Conformant, ReportedAttempt, VerdictCounts } from "./schema.ts";
import { type BlindSpot, blindSpots } from "./sensitivity.ts";

/** What all attempts together say. */
export interface Conclusion {
  readonly conformant: Conformant;
  /** Sentences; the first is the one that decides. */
  readonly reasons: readonly string[];
  /** Engine label -> its own conformance. */
  readonly engines: ReadonlyMap<string, Conformant>;
  readonly exitCode: ExitCode;
}

type Kind = ReportedAttempt["verdict"]["kind"];

const countOf = (attempts: readonly ReportedAttempt[], kind: Kind): number =>
  attempts.filter(({ verdict }) => verdict.kind === kind).length;

/** A pass of which nobody saw the engine's writes: it counts as open. */
const isUntraced = ({ verdict, traced }: ReportedAttempt): boolean =>
  verdict.kind === "pass" && traced !== true;

/** Only a pass that was traced shows anything. */
const isShown = (attempt: ReportedAttempt): boolean =>
  attempt.verdict.kind === "pass" && !isUntraced(attempt);

/**
 * One engine's conformance: no Core attempt fails, none is left open, at least one passes, and those that
 * pass were traced, and no oracle is blind for what the engine writes. A feature that the engine does not claim fails nothing, but Core is not shown without it.
 */
function judgeEngine(core: readonly ReportedAttempt[], isSeen: boolean): Conformant {
  if (countOf(core, "fail") > 0) return false;
  return core.length > 0 && core.every(isShown) && isSeen ? true : "undetermined";
}

function worst(all: readonly Conformant[]): Conformant {
  if (all.includes(false)) return false;
  return all.length === 0 || all.includes("undetermined") ? "undetermined" : true;
}

/**
 * Whether a failed attempt fails the run: with a baseline or waivers, only if one of its deciding findings
 * (the Core ones, or all where none is) is new and not waived.
 */
function isNewFailure({ verdict }: ReportedAttempt): boolean {
  if (verdict.kind !== "fail") return false;
  const core = verdict.findings.filter(({ level }) => level === "core");
  return (core.length > 0 ? core : verdict.findings).some(
    ({ known, waived }) => known !== true && waived === undefined,
  );
}

function exitCodeOf(
  results: readonly ReportedAttempt[],
  untouched: readonly string[],
  {
    interrupted,
    isCompared,
    blind,
  }: { readonly interrupted: boolean; readonly isCompared: boolean; readonly blind: readonly BlindSpot[] },
): ExitCode {
  const core = results.filter(({ level }) => level === "core");
  if (interrupted) return exitCodes.interrupted;
  if (core.some(isNewFailure)) return exitCodes.notConformant;
  const isOpen =
    countOf(results, "error") > 0 ||
    countOf(core, "not-exercised") > 0 ||
    (!isCompared && countOf(core, "unsupported") > 0) ||
    core.some(isUntraced);
  const isUnseen = core.length === 0 || untouched.length > 0 || blind.length > 0;
  return isOpen || isUnseen ? exitCodes.couldNotTell : exitCodes.conformant;
}

const attempts = (count: number): string => `${count} ${count === 1 ? "attempt" : "attempts"}`;

function explain(
  results: readonly ReportedAttempt[],
  untouched: readonly string[],
  { interrupted, blind }: { readonly interrupted: boolean; readonly blind: readonly BlindSpot[] },
): string[] {
  const core = results.filter(({ level }) => level === "core");
  const failed = core.filter(({ verdict }) => verdict.kind === "fail");
  const forgiven = failed.filter((attempt) => !isNewFailure(attempt));
  const waived = forgiven.filter((attempt) => findingsOf(attempt).some((one) => one.waived)).length;
  const known = forgiven.length - waived;
  const untraced = core.filter(isUntraced).length;
  const errors = countOf(results, "error");
  const open = countOf(core, "not-exercised");
  const unsupported = countOf(core, "unsupported");
  return [
    ...(failed.length > 0 ? [`${attempts(failed.length)} of Core failed.`] : []),
    ...(known > 0 ? [`${attempts(known)} of Core failed by nothing that the baseline does not have.`] : []),
    ...(waived > 0 ? [`${attempts(waived)} of Core failed by nothing that is not waived or known.`] : []),
    ...(interrupted ? ["The run was interrupted."] : []),
    ...(errors > 0
      ? [`${attempts(errors)} ended in an error of the harness, which says nothing about the engine.`]
      : []),
    ...(open > 0 ? [`${attempts(open)} of Core did not exercise what they are about.`] : []),
    ...(untraced > 0 ? [`${attempts(untraced)} of Core passed without a trace of the engine's writes.`] : []),
    ...untouched.map((label) => `${label}: no attempt of Core was judged.`),
    ...blind.map(
      ({ engine, family, oracle, planted }) =>
        `${engine}: the oracle ${oracle} sees none of ${planted} faults that were planted into ${family}, which the engine writes.`,
    ),
    ...(unsupported > 0
      ? [
          `${attempts(unsupported)} of Core: the engine does not claim the feature, so that Core is not shown.`,
        ]
      : []),
  ];
}

/**
 * What the results say together. Pure. Only a pass counts as one: `error`, `not-exercised` and
 * `unsupported` never do, and an engine without a single pass in Core is not conformant.
 *
 * Baseline and waivers change the exit code alone: a known failure is a failure. Attempts of level `power`
 * decide nothing.
 *
 * @param engines - labels of all engines that the run is about
 * @param isCompared - with a baseline, the exit code tells of news: a feature that is not claimed is none
 */
export function conclude(
  engines: readonly string[],
  all: readonly ReportedAttempt[],
  interrupted: boolean,
  isCompared = false,
): Conclusion {
  const results = all.filter(({ level }) => level !== "power");
  const coreOf = (label: string): readonly ReportedAttempt[] =>
    results.filter(({ engine, level }) => engine === label && level === "core");
  const blind = blindSpots(results);
  const isSeen = (label: string): boolean => blind.every(({ engine }) => engine !== label);
  const judged = new Map(engines.map((label) => [label, judgeEngine(coreOf(label), isSeen(label))]));
  const untouched = engines.filter(
    (label) => countOf(coreOf(label), "pass") + countOf(coreOf(label), "fail") === 0,
  );
  const overall = worst([...judged.values()]);
  const conformant = interrupted && overall === true ? "undetermined" : overall;
  const reasons = explain(results, untouched, { interrupted, blind });
  const passes = countOf(
    results.filter(({ level }) => level === "core"),
    "pass",
  );
  return {
    conformant,
    reasons:
      conformant === true ? [`All ${attempts(passes)} of Core that were run passed.`, ...reasons] : reasons,
    engines: judged,
    exitCode: exitCodeOf(results, untouched, { interrupted, isCompared, blind }),
  };
}

/** The exit code of a command whose result is this report. */
export function reportExitCode({ engines, results, interrupted, baseline }: ConformanceReport): ExitCode {
  const labels = engines.map(({ label }) => label);
  return conclude(labels, results, interrupted, baseline !== undefined).exitCode;
}

/** How often each verdict was given, per level. */
export function countVerdicts(results: readonly ReportedAttempt[]): ConformanceReport["statistics"] {
  const count = (level: ReportedAttempt["level"]): VerdictCounts => {
    const of = results.filter((attempt) => attempt.level === level);
    return {
      pass: countOf(of, "pass"),
      fail: countOf(of, "fail"),
      error: countOf(of, "error"),
      "not-exercised": countOf(of, "not-exercised"),
      unsupported: countOf(of, "unsupported"),
    };
  };
  return {
    core: count("core"),
    extended: count("extended"),
    observed: count("observed"),
    ...(results.some(({ level }) => level === "power") ? { power: count("power") } : {}),
  };
}
