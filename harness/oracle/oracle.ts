import type { Recording } from "../model/recording.ts";
import type { Finding, OracleName } from "../model/verdict.ts";

/**
 * A judge: a pure function from a recording to what is wrong in it. Never throws for what an engine did.
 * `reference` is the fault-free attempt of the same world; oracles that need one are silent without it. `restarted`
 * is the one in which nothing happened but that the engine was started again at the end of every step.
 */
export interface Oracle {
  readonly name: OracleName;
  /** One sentence for reports: what it demands. */
  readonly demands: string;
  judge(recording: Recording, reference?: Recording, restarted?: Recording): readonly Finding[];
}
