import type { EngineSelection } from "./engine.ts";
import type { PlannedFault } from "./fault.ts";
import type { Schedule } from "./schedule.ts";
import type { Settings } from "./scenario.ts";

/** How long things may take, in ms: from the profile. */
export interface Limits {
  /** The most that an engine may declare as its worst case of convergence. */
  readonly convergenceMs: number;
  /** Longest outage of the API server as seen from nodes and pods. */
  readonly apiOutageMs: number;
  /** From SIGTERM to the exit. */
  readonly exitMs: number;
}

/**
 * One attempt as data: enough to run it again. A change of meaning raises `schemaVersion`.
 */
export interface Plan {
  readonly schemaVersion: 1;
  /** Unique in a run, stable between runs of the same command: `kube-proxy-nftables.service-scaled`. */
  readonly id: string;
  readonly scenario: string;
  readonly engine: EngineSelection;
  /** SHA-256 of the engine's program, hex. */
  readonly engineDigest: string;
  /** The other engine on its nodes, where the scenario has two and somebody chose which. */
  readonly beside?: EngineSelection;
  readonly settings: Settings;
  readonly limits: Limits;
  readonly seed: number;
  /**
   * What names and addresses are drawn for, beside the seed; the plan's id where it is absent. Attempts of
   * one world see the same names and addresses, so that their states can be compared.
   */
  readonly world?: string;
  /** What the nemesis does, in order; at most one strikes at a time. */
  readonly faults?: readonly PlannedFault[];
  /** The version under test is the first one on its node, and starts where the scenario upgrades to it: what an upgrade is compared with. */
  readonly fresh?: true;
  /** Every writer is held after each write until the node was looked at: states and deltas of all writes, at the price of time. */
  readonly indexed?: true;
  /** What the scenario is made of, where it is none of the listed ones: the search drew it. `faults` are those of the schedule, with their points. */
  readonly schedule?: Schedule;
}
