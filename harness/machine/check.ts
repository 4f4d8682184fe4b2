import type { ErrorCode } from "../errors/harness-error.ts";

/** What one look at the machine gave. */
export interface CheckResult {
  /** `optional-missing`: some engines or profiles cannot be run, the others can. */
  readonly state: "ok" | "missing" | "optional-missing";
  /** What was seen, in one line. */
  readonly seen: string;
  /** The exact line, or the sentence, that repairs it; always there unless `ok`. */
  readonly repair?: string;
}

/** One thing that this machine must, or may, have. */
export interface MachineCheck {
  readonly name: string;
  /** The error of a run that starts without it; absent where a run can do without or gets it itself. */
  readonly code?: Extract<ErrorCode, `machine/${string}`>;
  /** Never rejects: what goes wrong is what was seen. */
  run(): Promise<CheckResult>;
}

/** The first line of a text that says something, cut to a readable length. */
export function firstLine(text: string): string {
  const line = text.split("\n").find((candidate) => candidate.trim() !== "") ?? "nothing";
  return line.trim().slice(0, 200);
}
