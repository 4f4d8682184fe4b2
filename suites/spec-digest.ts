import type { Profile } from "../harness/model/profile.ts";
import type { Scenario } from "../harness/model/scenario.ts";
import type { Oracle } from "../harness/oracle/oracle.ts";
import { canonicalJson, sha256 } from "../report/canonical.ts";

/** What a profile rests on. */
export interface SpecParts {
  readonly scenarios: readonly Scenario[];
  readonly oracles: readonly Pick<Oracle, "name" | "demands">[];
}

/**
 * SHA-256 of all that a profile asks for, as far as it is data: its own content, what its scenarios are about
 * and with which settings, and what the oracles demand. Steps and oracles are programs: which ones, the
 * version of the suite says.
 */
export function specDigest(profile: Profile, { scenarios, oracles }: SpecParts): string {
  const named = new Set(profile.scenarios.map(({ name }) => name));
  // Functions have no place in JSON: of a scenario its data stay.
  const described = scenarios
    .filter(({ name }) => named.has(name))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const demands = oracles.map(({ name, demands: text }) => ({ name, demands: text }));
  return sha256(canonicalJson({ profile, scenarios: described, oracles: demands }));
}
