import type { ErrorCode } from "../errors/harness-error.ts";
import { eventsOf, type Recording } from "../model/recording.ts";
import type { ErrorRecord, Finding, Verdict } from "../model/verdict.ts";
import { oracles as all } from "./all.ts";
import { probeProblems } from "./api-reachability.ts";
import { referenceProblems } from "./convergence.ts";
import { livenessProblems } from "./liveness.ts";
import type { Oracle } from "./oracle.ts";
import { recordingProblems } from "./recording-problems.ts";

export interface JudgeOptions {
  /** All of them where it is absent. */
  readonly oracles?: readonly Oracle[];
  /** The fault-free attempt of the same world: without it nothing is compared. */
  readonly reference?: Recording | undefined;
  /** The attempt of the same world with a clean restart in every step: what it shows is as good. */
  readonly restarted?: Recording | undefined;
}

/** All findings of all oracles, in the oracles' order. Pure: the same recordings give the same findings anywhere. */
export function judgeRecording(
  recording: Recording,
  { oracles = all, reference, restarted }: JudgeOptions = {},
): readonly Finding[] {
  return oracles.flatMap((oracle) => oracle.judge(recording, reference, restarted));
}

function errorIn(recording: Recording, reference: Recording | undefined): ErrorRecord | undefined {
  const isSpawned = eventsOf(recording, "engine").some((event) => event.state === "spawned");
  const checks: readonly (readonly [code: ErrorCode, problems: readonly string[]])[] = [
    [isSpawned ? "engine/never-called-api" : "engine/never-spawned", livenessProblems(recording)],
    ["run/internal", recordingProblems(recording)],
    ["run/internal", reference === undefined ? [] : referenceProblems(recording, reference)],
    ["cluster/api-failed", probeProblems(recording)],
  ];
  const [code, problems] = checks.find((check) => check[1].length > 0) ?? [];
  return code === undefined ? undefined : { code, message: `[${code}] ${problems?.join("; ")}` };
}

export interface VerdictOptions {
  /** What stopped the attempt, if something did. */
  readonly error?: ErrorRecord | undefined;
  /** Set by the runner where the fault did not fire or the environment lacks something. */
  readonly notExercised?: Extract<Verdict, { kind: "not-exercised" }> | undefined;
  /** What `judgeRecording` was given. */
  readonly reference?: Recording | undefined;
}

/**
 * The verdict on an attempt. At least one core finding fails it, whatever else happened; else an error
 * (the harness's own, or a recording that cannot tell) beats `notExercised`, which beats pass. Other
 * levels are told with the findings and decide nothing. What the attempt itself decides is its own level:
 * with faults it is Extended, and a finding that is core inside of it makes it red all the same.
 *
 * @param findings - of `judgeRecording` on the same recording
 */
export function verdictOf(
  recording: Recording,
  findings: readonly Finding[],
  { error, notExercised, reference }: VerdictOptions = {},
): Verdict {
  const [first, ...rest] = findings;
  if (first !== undefined && findings.some((finding) => finding.level === "core")) {
    return { kind: "fail", findings: [first, ...rest] };
  }
  // What ended since it could not be had here shows nothing: an engine that was never started, for one.
  const isCutShort = notExercised?.reason === "environment";
  const cause = error ?? (isCutShort ? undefined : errorIn(recording, reference));
  if (cause !== undefined) return { kind: "error", cause, findings };
  if (notExercised !== undefined) return notExercised;
  return first === undefined ? { kind: "pass" } : { kind: "pass", findings: [first, ...rest] };
}
