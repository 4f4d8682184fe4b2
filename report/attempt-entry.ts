import type { AttemptResult } from "../harness/model/attempt-result.ts";
import { eventsOf, type Recording } from "../harness/model/recording.ts";
import { itemKey } from "../harness/model/state.ts";
import type { Finding, NonEmptyArray, Verdict } from "../harness/model/verdict.ts";
import type { ReportedFinding, ReportedVerdict } from "./finding-schema.ts";
import type { PlannedEntry, RunManifest } from "./manifest-schema.ts";
import { replayCommand } from "./replay.ts";
import type { ReportedAttempt } from "./schema.ts";

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

function reportFinding(finding: Finding, recording: Recording | undefined): ReportedFinding {
  const snapshot = recording === undefined ? undefined : snapshotOf(recording, finding);
  return snapshot === undefined ? finding : { ...finding, snapshot };
}

function reportVerdict(verdict: Verdict, recording: Recording | undefined): ReportedVerdict {
  if (verdict.kind === "fail") {
    const [first, ...rest] = verdict.findings;
    const findings: NonEmptyArray<ReportedFinding> = [
      reportFinding(first, recording),
      ...rest.map((finding) => reportFinding(finding, recording)),
    ];
    return { kind: "fail", findings };
  }
  if (verdict.kind === "error") {
    return { ...verdict, findings: verdict.findings.map((finding) => reportFinding(finding, recording)) };
  }
  return verdict;
}

function base(manifest: RunManifest, planned: PlannedEntry) {
  const { id, scenario, engine: label, level, seed } = planned;
  const engine = manifest.engines.find((known) => known.label === label);
  const replay = engine === undefined ? "" : replayCommand(manifest, engine, scenario);
  return { id, scenario, engine: label, level, seed, replay };
}

/** The report's entry of an attempt that ended. Pure. */
export function describeAttempt(
  manifest: RunManifest,
  planned: PlannedEntry,
  result: AttemptResult,
): ReportedAttempt {
  return {
    ...base(manifest, planned),
    verdict: reportVerdict(result.verdict, result.recording),
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
  return { ...base(manifest, planned), verdict, durationMs: 0 };
}
