import type { Plan } from "./plan.ts";
import type { Recording } from "./recording.ts";
import type { Verdict } from "./verdict.ts";

/** What the harness found of its own when an attempt was over. */
export interface HarnessResidue {
  /** How often it looked: each time the cluster was given back, whether API and namespaces were as before. */
  readonly checks: number;
  /** What was still there: a sentence each. */
  readonly left: readonly string[];
}

/** One attempt as the runner hands it to the report. */
export interface AttemptResult {
  readonly plan: Plan;
  readonly verdict: Verdict;
  /** Absent where the attempt never began (unsupported, interrupted before its start). */
  readonly recording?: Recording;
  /** Node name -> log of the engine on it, tokens scrubbed. */
  readonly engineLogs: Readonly<Record<string, string>>;
  /** Whether the harness itself left something behind; absent where nothing was begun that it could leave. */
  readonly residue?: HarnessResidue;
  readonly startedAt: string;
  readonly durationMs: number;
}
