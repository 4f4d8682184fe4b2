import type { AttemptResult } from "../harness/model/attempt-result.ts";
import { eventsOf, type Recording } from "../harness/model/recording.ts";
import { availability } from "../harness/oracle/availability.ts";
import { bystanderFigures } from "../harness/oracle/bystander-figures.ts";
import { featuresShown } from "../harness/oracle/features-shown.ts";
import { halfLives } from "../harness/oracle/half-life.ts";
import { familiesWritten, sensitivityOf } from "../harness/oracle/sensitivity.ts";
import { itemKey } from "../harness/model/state.ts";
import { type Finding, findingKey, type NonEmptyArray, type Verdict } from "../harness/model/verdict.ts";
import { countWrites } from "./crash-points.ts";
import { renderFault } from "./fault-text.ts";
import type { ReportedFinding, ReportedVerdict } from "./finding-schema.ts";
import type { PlannedEntry, RunManifest } from "./manifest-schema.ts";
import { replayCommand, replayPlanCommand } from "./replay.ts";
import type { ReportedAttempt } from "./schema.ts";
import { isPlantedInto } from "./sensitivity.ts";
import { isTraced } from "./traced.ts";

/** Directory of an attempt's evidence, relative to that of the run. */
export function evidencePath(id: string): string {
  return `attempts/${id}`;
}

/**
 * The snapshot that shows a finding: of its node and step, and one that holds its item where it has one;
 * the last of these, since that is what was judged.
 */
export function snapshotOf(recording: Recording, finding: Finding): string | undefined {
  const { item, node, step } = finding;
  const ofNode = eventsOf(recording, "snapshot").filter((event) => node === undefined || event.node === node);
  const holds = (digest: string): boolean =>
    item === undefined || (recording.snapshots[digest] ?? []).some((held) => itemKey(held) === itemKey(item));
  const showing = ofNode.filter(({ digest }) => holds(digest));
  return (
    showing.findLast((event) => event.step === step) ?? (item === undefined ? undefined : showing.at(-1))
  )?.digest;
}

function reportFinding(
  scenario: string,
  finding: Finding,
  recording: Recording | undefined,
): ReportedFinding {
  const snapshot = recording === undefined ? undefined : snapshotOf(recording, finding);
  const key = findingKey(scenario, finding);
  return { ...finding, ...(snapshot === undefined ? {} : { snapshot }), key };
}

function reportVerdict(
  scenario: string,
  verdict: Verdict,
  recording: Recording | undefined,
): ReportedVerdict {
  const tell = (finding: Finding): ReportedFinding => reportFinding(scenario, finding, recording);
  if (verdict.kind === "fail" || verdict.kind === "pass") {
    if (verdict.findings === undefined) return { kind: "pass" };
    const [first, ...rest] = verdict.findings;
    const findings: NonEmptyArray<ReportedFinding> = [tell(first), ...rest.map(tell)];
    return { kind: verdict.kind, findings };
  }
  if (verdict.kind === "error") {
    return { ...verdict, findings: verdict.findings.map(tell) };
  }
  return verdict;
}

/** The command line of the run shows an attempt of the profile again; every other is its plan and nothing else. */
function replayOf(manifest: RunManifest, planned: PlannedEntry, hasFaults: boolean): string {
  const { id, engine: label, beside, level, role, scenario } = planned;
  const engine = manifest.engines.find((known) => known.label === label);
  const isOwn = level !== "power" && role === undefined && !hasFaults && !/\.[rt]\d+$/.test(id);
  return engine !== undefined && isOwn
    ? replayCommand(
        manifest,
        { engine, ...(beside === undefined ? {} : { beside: manifest.beside }) },
        scenario,
      )
    : replayPlanCommand(evidencePath(id));
}

function base(manifest: RunManifest, planned: PlannedEntry, hasFaults: boolean) {
  const { id, scenario, engine, beside, level, role, mutant, seed } = planned;
  return {
    id,
    scenario,
    engine,
    ...(beside === undefined ? {} : { beside }),
    level,
    ...(role === undefined ? {} : { role }),
    ...(mutant === undefined ? {} : { mutant }),
    seed,
    replay: replayOf(manifest, planned, hasFaults),
  };
}

/** What the nemesis was to do in an attempt, and whether it did. */
function reportFaults({ plan, recording }: AttemptResult): ReportedAttempt["faults"] {
  const events = recording === undefined ? [] : eventsOf(recording, "fault");
  return plan.faults?.map((planned, index) => {
    const own = events.filter(({ fault }) => fault === index);
    const fired = own.find(({ state }) => state === "fired");
    const evidence = (fired ?? own.findLast((event) => event.evidence !== undefined))?.evidence;
    const isOvershot = own.some(({ state }) => state === "overshoot");
    return {
      what: renderFault(planned),
      fired: fired !== undefined && !isOvershot,
      ...(evidence === undefined ? {} : { evidence }),
    };
  });
}

function reportKernels({ recording }: AttemptResult, hasFigures: boolean): Pick<ReportedAttempt, "kernels"> {
  const [begin] = recording === undefined ? [] : eventsOf(recording, "begin");
  if (begin?.kernels === undefined) return {};
  const told = Object.entries(begin.kernels).map(([node, { iptables, ...kernel }]) => ({
    node,
    ...kernel,
    ...(iptables === undefined || !hasFigures ? {} : { iptables }),
  }));
  return { kernels: told };
}

/** What a report tells of an attempt since schema version 3, each where there is something to tell. */
function reportFigures(
  planned: PlannedEntry,
  { recording, residue }: AttemptResult,
): Partial<ReportedAttempt> {
  const left = residue === undefined ? {} : { residue };
  if (recording === undefined) return left;
  const bystanders = bystanderFigures(recording);
  return {
    availability: availability(recording),
    ...(bystanders === undefined ? {} : { bystanders }),
    ...left,
    featuresShown: featuresShown(recording),
    familiesWritten: familiesWritten(recording),
    ...(isPlantedInto(planned) ? { sensitivity: sensitivityOf(recording) } : {}),
  };
}

/** The report's entry of an attempt that ended. Pure. */
export function describeAttempt(
  manifest: RunManifest,
  planned: PlannedEntry,
  result: AttemptResult,
): ReportedAttempt {
  const { plan, verdict, recording } = result;
  const faults = reportFaults(result);
  // A run that began with an earlier version stays one of it.
  const hasFigures = manifest.schemaVersion >= 3;
  return {
    ...base(manifest, planned, (plan.faults?.length ?? 0) > 0),
    verdict: reportVerdict(planned.scenario, verdict, recording),
    ...(recording === undefined ? {} : { traced: isTraced(recording) }),
    ...reportKernels(result, hasFigures),
    ...(faults === undefined ? {} : { faults }),
    ...(recording === undefined ? {} : { halfLives: halfLives(recording) }),
    ...(planned.role === "index" && recording !== undefined ? { writes: countWrites(recording) } : {}),
    ...(hasFigures ? reportFigures(planned, result) : {}),
    startedAt: result.startedAt,
    durationMs: result.durationMs,
    evidence: evidencePath(planned.id),
  };
}

/** The report's entry of an attempt that left nothing, because it was not run. Pure. */
export function describeMissing(
  manifest: RunManifest,
  planned: PlannedEntry,
  verdict: ReportedVerdict,
): ReportedAttempt {
  return { ...base(manifest, planned, false), verdict, durationMs: 0 };
}
