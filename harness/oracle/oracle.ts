import type { Recording } from "../model/recording.ts";
import type { Finding, OracleName } from "../model/verdict.ts";

/** A judge: a pure function from a recording to what is wrong in it. Never throws for what an engine did. */
export interface Oracle {
  readonly name: OracleName;
  /** One sentence for reports: what it demands. */
  readonly demands: string;
  judge(recording: Recording): readonly Finding[];
}
