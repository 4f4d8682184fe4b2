import type { PlannedFault } from "../../../harness/model/fault.ts";
import type { OracleName } from "../../../harness/model/verdict.ts";
import type { Behaviour } from "../behaviour.ts";

/** A right of the API that the sound engine does not need. */
export type ExtraRight = "patch-services" | "write-leases";

/** What a mutant needs beside its scenario for anybody to see it; absent where the scenario alone shows it. */
export type MutantNeed =
  /** The scenario with these faults. */
  | { readonly kind: "faults"; readonly faults: readonly PlannedFault[] }
  /** The scenario with a kill after each write of this step, one attempt each: one of them must show it. */
  | { readonly kind: "crash-points"; readonly step: string }
  /** The scenario with an upgrade between these versions of the engine, over those on the way. */
  | { readonly kind: "upgrade"; readonly from: readonly [string, ...string[]]; readonly to: string };

/** The reference engine with one thing broken: the suite must find it, by the oracle named here. */
export interface Mutant {
  /** Value of `--engine-option mutant=`; equals the file name. */
  readonly name: string;
  /** One sentence: what is broken. */
  readonly breaks: string;
  /** Where an engine really did this, or why it is here. */
  readonly upstream: string;
  /** A scenario that shows it. */
  readonly scenario: string;
  readonly needs?: MutantNeed;
  /** The oracle that must catch it there; others may as well. */
  readonly oracle: OracleName;
  readonly rights?: readonly ExtraRight[];
  /** A fresh one for every process: it may hold state. */
  behaviour(): Behaviour;
}
