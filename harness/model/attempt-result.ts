import type { Plan } from "./plan.ts";
import type { Recording } from "./recording.ts";
import type { Verdict } from "./verdict.ts";

/** One attempt as the runner hands it to the report. */
export interface AttemptResult {
  readonly plan: Plan;
  readonly verdict: Verdict;
  /** Absent where the attempt never began (unsupported, interrupted before its start). */
  readonly recording?: Recording;
  /** Node name -> log of the engine on it, tokens scrubbed. */
  readonly engineLogs: Readonly<Record<string, string>>;
  readonly startedAt: string;
  readonly durationMs: number;
}
