import type { FaultFamily } from "./fault-family.ts";
import type { Limits } from "./plan.ts";

/** Core decides conformance; Extended is a badge of its own; Observed gives figures only. */
export type ProfileLevel = "core" | "extended" | "observed";

/** `power`: attempts that show what the oracles catch; they say nothing about any engine under test. */
export type AttemptLevel = ProfileLevel | "power";

/** Which crash points of the engines' writes are tried: all, so many in the whole run, or none. */
export type CrashPointChoice = "all" | "none" | `sample:${number}`;

/** What a run strikes with, at places that its engines' own writes show. */
export interface Strikes {
  readonly families: readonly FaultFamily[];
  /** Of the attempts. */
  readonly level: ProfileLevel;
  /** Of the places for these families: all, or so many in the whole run. */
  readonly points: Exclude<CrashPointChoice, "none">;
}

/** A versioned list of requirements: which scenarios, with which limits. One YAML file in suites/profiles/. */
export interface Profile {
  readonly apiVersion: "leakproof.dev/v1";
  readonly kind: "Profile";
  /** kebab-case, equals the file name; matched without regard to case. */
  readonly name: string;
  /** Raised with every change of meaning. */
  readonly version: string;
  readonly title: string;
  readonly limits: Limits;
  readonly scenarios: readonly { readonly name: string; readonly level: ProfileLevel }[];
  /** Engines to run where none is asked for: `NAME[/VARIANT]`. */
  readonly engines: readonly string[];
  /** What a run of the whole profile strikes with, where it is not told otherwise: all places of every family, or a number of each. */
  readonly faults?: readonly (Omit<Strikes, "families"> & { readonly family: FaultFamily })[];
  /** Whether a run of the whole profile also shows what its oracles catch, unless told otherwise. */
  readonly power?: boolean;
}
