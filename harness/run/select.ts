import { createHash } from "node:crypto";
import { HarnessError } from "../errors/harness-error.ts";
import type { EngineSelection } from "../model/engine.ts";
import type { Plan } from "../model/plan.ts";
import type { Recording } from "../model/recording.ts";
import type { AttemptLevel, Profile, ProfileLevel } from "../model/profile.ts";
import type { FaultNeed } from "../model/fault.ts";
import type { FeatureName, Scenario } from "../model/scenario.ts";
import { isKernelFeature } from "../model/kernel-feature.ts";
import type { OracleName } from "../model/verdict.ts";
import { adviseName } from "./did-you-mean.ts";
import type { RunOptions } from "./options.ts";
import { type Catalog, type EnginePick, engineLabel, pickBeside, pickEngines } from "./pick-engines.ts";

/** A plan before the engine's program was looked at. */
type PlanDraft = Omit<Plan, "engineDigest">;

/**
 * What an attempt is for, where it is not one of the profile's own: `index` finds the crash points that the
 * others try; `fresh` is what an `upgraded` engine is compared with.
 */
type AttemptRole = "index" | "restarted" | "crash-point" | "fresh" | "upgraded";

interface Attempt {
  readonly level: AttemptLevel;
  readonly scenario: Scenario;
  readonly pick: EnginePick;
  /** What the scenario is about and the engine does not claim, or what a fault needs and the provider of clusters lacks: it is not run, and told as `unsupported`. */
  readonly unsupported?: FeatureName | FaultNeed;
  /** What the run was not given and the scenario cannot do without: it is not run, and told as `not-exercised`. */
  readonly missing?: string;
  readonly role?: AttemptRole;
  /** The plans that its recording leads to, where that is not for the run's crash points to say. */
  readonly leadsTo?: (recording: Recording) => readonly Plan[];
  /** The other engine on its nodes, where somebody chose which. */
  readonly beside?: EnginePick;
  /** Directory of the recording without faults, of the same world, that it is judged against. */
  readonly reference?: string;
  /** Directory of the recording of the same world with a clean restart in every step, which it is judged against too. */
  readonly restarted?: string;
  /** What is broken in the engine, at level `power`; absent there for the sound engine. */
  readonly mutant?: { readonly name: string; readonly upstream: string; readonly oracle: OracleName };
}

export interface DraftAttempt extends Attempt {
  readonly draft: PlanDraft;
}

/** One attempt of a run, ready to be run. */
export interface PlannedAttempt extends Attempt {
  readonly plan: Plan;
}

/** What a command line selects. With any problem nothing may be run. */
export interface Selection {
  /** Absent where it is unknown. */
  readonly profile?: Profile;
  readonly picks: readonly EnginePick[];
  /** What is put beside them; absent where nobody chose. */
  readonly beside?: EnginePick;
  readonly attempts: readonly DraftAttempt[];
  readonly problems: readonly HarnessError[];
}

/**
 * What an attempt is called: unique in a run, the same in every run of the same engine, version, variant
 * and scenario, and fit to be the name of a directory.
 */
function attemptId(selection: EngineSelection, scenario: string): string {
  return `${engineLabel(selection).replace("/", "-")}.${scenario}`;
}

/** The seed of one attempt: of the run's seed and the attempt's id alone, so that leaving others out changes nothing. */
export function attemptSeed(runSeed: number, id: string): number {
  return createHash("sha256").update(`${runSeed}:${id}`).digest().readUInt32BE(0);
}

/** Whether `name` is matched by a glob of `*` (any text) and `?` (one character). */
export function matchesGlob(glob: string, name: string): boolean {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "i").test(name);
}

type Requirement = Profile["scenarios"][number];

/** The requirements that the globs keep, and a problem for every glob that keeps none. */
function filterRequirements(
  profile: Profile,
  globs: readonly string[],
  catalog: Catalog,
): { readonly requirements: readonly Requirement[]; readonly problems: readonly HarnessError[] } {
  const isKept = (name: string): boolean =>
    globs.length === 0 || globs.some((glob) => matchesGlob(glob, name));
  const problems = globs
    .filter((glob) => !profile.scenarios.some(({ name }) => matchesGlob(glob, name)))
    .map((glob) => {
      const elsewhere = catalog.profiles.filter((other) =>
        other.scenarios.some(({ name }) => matchesGlob(glob, name)),
      );
      const advice =
        elsewhere.length > 0
          ? `Fix: it matches in another profile: --profile ${elsewhere.map(({ name }) => name).join(" or ")}.`
          : adviseName(
              glob,
              profile.scenarios.map(({ name }) => name),
            );
      const what = `--scenario "${glob}" matches no scenario of the profile ${profile.name}.`;
      return new HarnessError("args/unknown-scenario", `${what}\n${advice}`);
    });
  return { requirements: profile.scenarios.filter(({ name }) => isKept(name)), problems };
}

/** The first feature that the scenario is about and the engine does not claim. */
function missingFeature(scenario: Scenario, pick: EnginePick): FeatureName | undefined {
  const { features } = pick.engine.profile(pick.selection);
  return [scenario.feature, ...(scenario.needs ?? [])].find(
    (need): need is FeatureName => !isKernelFeature(need) && !features.includes(need),
  );
}

/** The attempt of an engine on a scenario in a round from 1; an upgrade begins with what it is compared with. */
export function draftAttempt(
  pick: EnginePick,
  { scenario, level }: { readonly scenario: Scenario; readonly level: ProfileLevel },
  profile: Profile,
  {
    runSeed,
    round,
    beside,
  }: { readonly runSeed: number; readonly round: number; readonly beside?: EnginePick | undefined },
): DraftAttempt {
  const first = attemptId(pick.selection, scenario.name);
  const id = round === 1 ? first : `${first}.r${round}`;
  const unsupported = missingFeature(scenario, pick);
  const draft: PlanDraft = {
    schemaVersion: 1,
    id,
    scenario: scenario.name,
    engine: pick.selection,
    settings: scenario.settings,
    limits: profile.limits,
    seed: attemptSeed(runSeed, id),
  };
  const attempt = { draft, level, scenario, pick, ...(unsupported === undefined ? {} : { unsupported }) };
  if (unsupported !== undefined) return attempt;
  if (scenario.beside !== undefined && beside !== undefined)
    return withBeside(attempt, scenario.beside, beside);
  return scenario.upgrades ? upgradeAttempt(attempt) : attempt;
}

/** An attempt with the other engine that somebody chose, where that one does what the scenario wants of it. */
function withBeside(attempt: DraftAttempt, wanted: readonly FeatureName[], beside: EnginePick): DraftAttempt {
  const { features } = beside.engine.profile(beside.selection);
  if (!wanted.some((feature) => features.includes(feature))) {
    const missing = `${engineLabel(beside.selection)} is to be beside the engine, and does nothing of: ${wanted.join(", ")}`;
    return { ...attempt, missing };
  }
  return { ...attempt, beside, draft: { ...attempt.draft, beside: beside.selection } };
}

/** An upgrade begins with its measure, in the same world: the version under test on a fresh node. */
export function upgradeAttempt(attempt: DraftAttempt): DraftAttempt {
  const { draft, pick } = attempt;
  if (draft.engine.from === undefined) {
    const missing = `there is no version to upgrade from: give --engine ${pick.selection.name}@EARLIER..${pick.selection.version ?? "VERSION"}`;
    return { ...attempt, missing };
  }
  const { id } = draft;
  return {
    ...attempt,
    role: "fresh",
    draft: { ...draft, id: `${id}.fresh`, world: id, fresh: true },
    leadsTo({ plan }) {
      const { fresh: _, ...upgraded } = plan;
      return [{ ...upgraded, id }];
    },
  };
}

/** The scenarios behind the requirements, and a problem for every one that is not there. */
function findScenarios(catalog: Catalog, profile: Profile, requirements: readonly Requirement[]) {
  const problems: HarnessError[] = [];
  const found = requirements.flatMap(({ name, level }) => {
    const scenario = catalog.scenarios.find((known) => known.name === name);
    if (scenario !== undefined) return [{ scenario, level }];
    const advice = adviseName(
      name,
      catalog.scenarios.map((known) => known.name),
    );
    const what = `the profile ${profile.name} names the scenario "${name}", which does not exist.`;
    problems.push(new HarnessError("args/unknown-scenario", `${what}\n${advice}`));
    return [];
  });
  return { found, problems };
}

function findProfile(catalog: Catalog, name: string): Profile | HarnessError {
  const profile = catalog.profiles.find((known) => known.name.toLowerCase() === name.toLowerCase());
  const advice = adviseName(
    name,
    catalog.profiles.map((known) => known.name),
  );
  return profile ?? new HarnessError("args/unknown-profile", `no profile is called "${name}".\n${advice}`);
}

/**
 * What a command line stands for: every attempt, in the order engine by engine and, inside, of the
 * profile. Pure and deterministic: the same catalogue and options give the same plans.
 *
 * With engines asked for by name, a scenario whose features one of them does not claim is an `unsupported`
 * attempt. With the profile's own engines it is left out for that engine where another one claims it.
 * `--repeat` gives further rounds, `ID.r2` and so on, each with a seed of its own.
 */
export function selectAttempts(catalog: Catalog, options: RunOptions): Selection {
  const profile = findProfile(catalog, options.profile);
  if (profile instanceof HarnessError) {
    const { picks, problems } = pickEngines(catalog, options, undefined);
    return { picks, attempts: [], problems: [profile, ...problems] };
  }
  const { picks, problems } = pickEngines(catalog, options, profile);
  const { beside, problems: besideProblems } = pickBeside(catalog, options);
  const filtered = filterRequirements(profile, options.scenarios, catalog);
  const { found, problems: missing } = findScenarios(catalog, profile, filtered.requirements);
  const drafts = picks.flatMap((pick) =>
    found.flatMap((entry) =>
      Array.from({ length: options.repeat }, (_, index) =>
        draftAttempt(pick, entry, profile, { runSeed: options.seed, round: index + 1, beside }),
      ),
    ),
  );
  const isClaimed = (scenario: Scenario): boolean =>
    drafts.some((other) => other.scenario === scenario && other.unsupported === undefined);
  const attempts = drafts.filter(
    ({ unsupported, scenario }) =>
      unsupported === undefined || options.engines.length > 0 || !isClaimed(scenario),
  );
  const all = [...problems, ...besideProblems, ...filtered.problems, ...missing];
  if (all.length === 0 && attempts.length === 0) {
    const what = `the profile ${profile.name} names no ${picks.length === 0 ? "engine" : "scenario"}: nothing would be run.`;
    all.push(new HarnessError("args/nothing-to-run", `${what}\nFix: give --engine, or another --profile.`));
  }
  return { profile, picks, ...(beside === undefined ? {} : { beside }), attempts, problems: all };
}

/**
 * Completes the plans once the programs are known.
 *
 * @param digests - engine label -> SHA-256 of its program, hex; every engine that is run must be there
 * @throws {HarnessError} `run/internal` where one is not
 */
export function sealAttempts(
  drafts: readonly DraftAttempt[],
  digests: ReadonlyMap<string, string>,
): readonly PlannedAttempt[] {
  return drafts.map(({ draft, ...attempt }) => {
    const engineDigest = digests.get(engineLabel(draft.engine));
    if (engineDigest === undefined) {
      throw new HarnessError(
        "run/internal",
        `the program of ${engineLabel(draft.engine)} was not looked at.`,
      );
    }
    return { ...attempt, plan: { ...draft, engineDigest } };
  });
}
