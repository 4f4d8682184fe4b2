import { eventsOf, type Recording } from "../../harness/model/recording.ts";
import type { Verdict } from "../../harness/model/verdict.ts";
import { type JudgeOptions, judgeRecording, verdictOf } from "../../harness/oracle/judge.ts";

/** A fault of the plan that did not strike as it was to: nothing can be said of the engine under it then. */
function notExercised(recording: Recording): Extract<Verdict, { kind: "not-exercised" }> | undefined {
  const events = eventsOf(recording, "fault");
  const open = (recording.plan.faults ?? []).flatMap((planned, index) => {
    const own = events.filter(({ fault }) => fault === index);
    const isOvershot = own.some(({ state }) => state === "overshoot");
    const hasFired = own.some(({ state }) => state === "fired");
    return hasFired && !isOvershot ? [] : [{ planned, isOvershot }];
  });
  if (open.length === 0) return undefined;
  return {
    kind: "not-exercised",
    reason: open.some(({ isOvershot }) => isOvershot) ? "overshoot" : "fault",
    detail: open.map(({ planned }) => `${planned.action.kind} in step ${planned.step}`).join("; "),
  };
}

/**
 * What the oracles say of a recording now. What stopped an attempt from outside (an error of the harness, an
 * order to a tool that came to nothing) is in no recording: with it, the verdict that was given is worse than this one.
 */
export function rejudge(
  recording: Recording,
  { reference, restarted }: Pick<JudgeOptions, "reference" | "restarted">,
): Verdict {
  return verdictOf(recording, judgeRecording(recording, { reference, restarted }), {
    notExercised: notExercised(recording),
    reference,
  });
}

const worse: Readonly<Record<Verdict["kind"], readonly Verdict["kind"][]>> = {
  fail: [],
  error: [],
  "not-exercised": ["error"],
  pass: ["error", "not-exercised"],
  unsupported: [],
};

/** Whether a verdict may stand where the oracles reach this one now: the same, or one that says less for the engine. */
export function mayStand(given: Verdict["kind"], now: Verdict["kind"]): boolean {
  return given === now || worse[now].includes(given);
}
