import type { EngineSelection } from "./engine.ts";
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
  readonly settings: Settings;
  readonly limits: Limits;
  readonly seed: number;
}
