import type { EngineProfile, EngineSelection } from "../harness/model/engine.ts";
import type { Plan } from "../harness/model/plan.ts";
import type { AttemptLevel, Profile } from "../harness/model/profile.ts";
import type { FaultNeed } from "../harness/model/fault.ts";
import type { FeatureName } from "../harness/model/scenario.ts";
import { canonicalJson, sha256 } from "./canonical.ts";
import type {
  Environment,
  ManifestBeside,
  ManifestEngine,
  PlannedEntry,
  RunManifest,
} from "./manifest-schema.ts";

/** An engine of the run, as the runner knows it. */
interface ReportedEngine {
  readonly label: string;
  readonly argument: string;
  readonly selection: EngineSelection;
  readonly profile: EngineProfile;
  readonly program: ManifestEngine["program"];
  readonly from?: ManifestEngine["from"];
}

/** What `conformance-report.yaml` and everything beside it are made from, before any result. */
export interface ManifestInput {
  readonly run: RunManifest["run"];
  readonly profile: Profile;
  /** SHA-256 of all that the profile asks for. */
  readonly spec: string;
  readonly engines: readonly ReportedEngine[];
  readonly beside?: ManifestBeside;
  readonly environment: Environment;
  readonly attempts: readonly PlannedInput[];
}

/** An attempt of the run, as the runner knows it. */
export interface PlannedInput {
  readonly plan: Plan;
  readonly level: AttemptLevel;
  readonly role?: PlannedEntry["role"];
  readonly mutant?: PlannedEntry["mutant"];
  /** Label of the plan's engine. */
  readonly engine: string;
  /** Label of the plan's `beside`. */
  readonly beside?: string;
  readonly unsupported?: FeatureName | FaultNeed;
}

function describeEngine(engine: ReportedEngine): ManifestEngine {
  const { label, argument, selection, profile, program, from } = engine;
  const { name, version, variant, options } = selection;
  const { features, keeps, keepsObjects, constants, sharedRoutes, hashedNames, ruleOrders, exit } = profile;
  const { worstCaseMs, settleMs } = profile;
  return {
    label,
    argument,
    name,
    ...(version === undefined ? {} : { version }),
    ...(from === undefined ? {} : { from }),
    variant,
    options,
    program,
    features,
    keeps,
    keepsObjects,
    constants,
    ...(sharedRoutes === undefined ? {} : { sharedRoutes }),
    ...(hashedNames === undefined ? {} : { hashedNames: [...hashedNames] }),
    ...(ruleOrders === undefined ? {} : { ruleOrders: [...ruleOrders] }),
    exit,
    worstCaseMs,
    settleMs,
  };
}

/** An attempt as the manifest lists it. Pure. */
export function describePlanned({
  plan,
  level,
  role,
  mutant,
  engine,
  beside,
  unsupported,
}: PlannedInput): PlannedEntry {
  return {
    id: plan.id,
    scenario: plan.scenario,
    engine,
    ...(beside === undefined ? {} : { beside }),
    level,
    ...(role === undefined ? {} : { role }),
    ...(mutant === undefined ? {} : { mutant }),
    seed: plan.seed,
    ...(unsupported === undefined ? {} : { unsupported }),
  };
}

/** SHA-256 of a profile's content, independent of its layout. */
export function profileDigest(profile: Profile): string {
  return sha256(canonicalJson(profile));
}

/** Makes the manifest of a run. Pure. */
export function buildManifest({
  run,
  profile,
  spec,
  engines,
  beside,
  environment,
  attempts,
}: ManifestInput): RunManifest {
  return {
    apiVersion: "leakproof.dev/v1",
    kind: "RunManifest",
    schemaVersion: 3,
    run,
    profile: {
      name: profile.name,
      version: profile.version,
      digest: profileDigest(profile),
      spec,
    },
    engines: engines.map(describeEngine),
    ...(beside === undefined ? {} : { beside }),
    environment,
    limits: profile.limits,
    attempts: attempts.map(describePlanned),
  };
}
