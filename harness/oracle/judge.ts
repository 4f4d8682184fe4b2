import type { ErrorCode } from "../errors/harness-error.ts";
import { eventsOf, type Recording } from "../model/recording.ts";
import type { ErrorRecord, Finding, Verdict } from "../model/verdict.ts";
import { oracles as all } from "./all.ts";
import { probeProblems } from "./api-reachability.ts";
import { livenessProblems } from "./liveness.ts";
import type { Oracle } from "./oracle.ts";
import { recordingProblems } from "./recording-problems.ts";

/** All findings of all oracles, in the oracles' order. Pure: the same recording gives the same findings anywhere. */
export function judgeRecording(recording: Recording, oracles: readonly Oracle[] = all): readonly Finding[] {
  return oracles.flatMap((oracle) => oracle.judge(recording));
}

function errorIn(recording: Recording): ErrorRecord | undefined {
  const isSpawned = eventsOf(recording, "engine").some((event) => event.state === "spawned");
  const checks: readonly (readonly [code: ErrorCode, problems: readonly string[]])[] = [
    [isSpawned ? "engine/never-called-api" : "engine/never-spawned", livenessProblems(recording)],
    ["run/internal", recordingProblems(recording)],
    ["cluster/api-failed", probeProblems(recording)],
  ];
  const [code, problems] = checks.find((check) => check[1].length > 0) ?? [];
  return code === undefined ? undefined : { code, message: `[${code}] ${problems?.join("; ")}` };
}

/**
 * The verdict on an attempt. At least one core finding fails it, whatever else happened; else an error
 * (the harness's own, or a recording that cannot tell) beats `notExercised`, which beats pass. Other
 * levels are reported with the findings and decide nothing.
 *
 * @param findings - of `judgeRecording` on the same recording
 * @param error - what stopped the attempt, if something did
 * @param notExercised - set by the runner where the fault did not fire or the environment lacks something
 */
export function verdictOf(
  recording: Recording,
  findings: readonly Finding[],
  error?: ErrorRecord,
  notExercised?: Extract<Verdict, { kind: "not-exercised" }>,
): Verdict {
  const [first, ...rest] = findings;
  if (first !== undefined && findings.some((finding) => finding.level === "core")) {
    return { kind: "fail", findings: [first, ...rest] };
  }
  const cause = error ?? errorIn(recording);
  if (cause !== undefined) return { kind: "error", cause, findings };
  return notExercised ?? { kind: "pass" };
}
