import type { Limits } from "./plan.ts";

/** Core decides conformance; Extended is a badge of its own; Observed gives figures only. */
export type ProfileLevel = "core" | "extended" | "observed";

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
}
