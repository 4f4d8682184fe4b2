import type { ClusterFacts, EngineProfile, EngineSelection } from "../../harness/model/engine.ts";
import type { Plan } from "../../harness/model/plan.ts";
import type { ProfileLevel } from "../../harness/model/profile.ts";
import type { Settings } from "../../harness/model/scenario.ts";
import type { PlannedEntry, RunManifest } from "../manifest-schema.ts";
import type { ReportedAttempt } from "../schema.ts";

/** An attempt that is due. */
interface DueAttempt {
  readonly entry: PlannedEntry;
  /** Its `engineDigest` says nothing. */
  readonly plan: Plan;
}

/** What a run should hold. */
export interface Expected {
  readonly attempts: readonly DueAttempt[];
  /** Whether the run may hold attempts beside these that a search drew (`--explore`). */
  readonly hasSearch: boolean;
  /** Why it cannot be told: sentences. */
  readonly problems: readonly string[];
}

/** A profile as this suite has it. */
interface KnownProfile {
  readonly version: string;
  readonly digest: string;
  readonly spec: string;
  readonly limits: RunManifest["limits"];
  readonly scenarios: readonly { readonly name: string; readonly level: ProfileLevel }[];
}

/** What this suite knows of profiles, scenarios and crash points: given to `verifyRun`, since a report knows recordings only. */
export interface Spec {
  readonly suiteVersion: string;
  /** Undefined where there is none of that name. */
  readonly profile: (name: string) => KnownProfile | undefined;
  /** What an engine declares, in a cluster and for settings where they are given; undefined for engines of files, which this suite does not have. */
  readonly declares: (
    engine: EngineSelection,
    cluster?: ClusterFacts,
    settings?: Settings,
  ) => EngineProfile | undefined;
  /** The attempts that a manifest's command line and seed lead to, with those that the recordings of the directory lead to. */
  readonly expected: (
    directory: string,
    manifest: RunManifest,
    judged: ReadonlyMap<string, ReportedAttempt>,
  ) => Promise<Expected>;
}
