import type { OracleName } from "../../../harness/model/verdict.ts";
import type { Behaviour } from "../behaviour.ts";

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
  /** The oracle that must catch it there; others may as well. */
  readonly oracle: OracleName;
  /** A fresh one for every process: it may hold state. */
  behaviour(): Behaviour;
}
