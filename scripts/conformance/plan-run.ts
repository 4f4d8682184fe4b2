import { join, resolve } from "node:path";
import { loadExternalEngine } from "../../engines/external/load.ts";
import { engines } from "../../engines/registry.ts";
import { HarnessError, toHarnessError } from "../../harness/errors/harness-error.ts";
import { HarnessProblems } from "../../harness/errors/problems.ts";
import type { Engine } from "../../harness/model/engine.ts";
import { earlierSelections } from "../../harness/run/earlier-versions.ts";
import { parseOptions, type RunOptions } from "../../harness/run/options.ts";
import type { Profile, Strikes } from "../../harness/model/profile.ts";
import { type Catalog, type EnginePick, engineLabel } from "../../harness/run/pick-engines.ts";
import { planOnExisting } from "../../harness/run/on-existing.ts";
import { partOf } from "../../harness/run/shard.ts";
import { type Selection, selectAttempts } from "../../harness/run/select.ts";
import { scenarios } from "../../scenarios/all.ts";
import { loadProfiles } from "../../suites/profiles.ts";
import { selectFailed } from "./only-failed.ts";
import { powerAttempts } from "./power-attempts.ts";

/** Absolute path of this project. */
export const checkout = resolve(import.meta.dirname, "../..");

/** Where the profiles are. */
export const profilesDirectory = join(checkout, "suites/profiles");

/** What a command line stands for. */
export interface PlannedRun {
  readonly options: RunOptions;
  readonly selection: Selection;
  /** As asked for, or as the profile says; empty: no faults beside those of scenarios and mutants. */
  readonly strikes: readonly Strikes[];
  /** Whether the attempt of that id is of the part that was asked for; `selection` is of the whole run. */
  readonly isOwn: (id: string) => boolean;
  /** Every engine that a program is needed for: those under test, and what shows power; none where the cluster has it. */
  readonly programs: readonly EnginePick[];
}

/** What a run strikes with where families are asked for, and not at how many places. */
const fewPoints = "sample:8";

/** The families that are asked for share their places; each of a profile's has its own. */
function strikesOf(
  { crashPoints, faults }: RunOptions,
  listed: NonNullable<Profile["faults"]>,
): readonly Strikes[] {
  if (crashPoints === undefined && faults === undefined)
    return listed.map(({ family, ...strikes }) => ({ ...strikes, families: [family] }));
  const points = crashPoints ?? fewPoints;
  return points === "none" ? [] : [{ families: faults ?? ["kill"], level: "extended", points }];
}

/**
 * What is run beside the profile's own attempts. A part of a profile is asked for to look at that part:
 * it comes without faults and power unless they are asked for too.
 */
function besides(
  options: RunOptions,
  profile?: Profile,
): { readonly strikes: readonly Strikes[]; readonly power: boolean } {
  const { scenarios: globs, power, onlyFailed, provider } = options;
  // On a cluster of the user's own nobody sees an engine's writes, and no mutant is let in.
  if (onlyFailed !== undefined || provider === "existing") return { strikes: [], power: false };
  const isWhole = globs.length === 0;
  return {
    strikes: strikesOf(options, (isWhole ? profile?.faults : undefined) ?? []),
    power: power ?? (isWhole && profile?.power === true),
  };
}

/** Engines of files: path as given to `--engine` -> engine. */
type EngineFiles = Readonly<Record<string, Engine>>;

async function loadEngineFiles(
  options: RunOptions,
  known: EngineFiles,
  problems: HarnessError[],
): Promise<EngineFiles> {
  const loaded: Record<string, Engine> = { ...known };
  const asked = [...options.engines, ...(options.beside === undefined ? [] : [options.beside])];
  for (const request of asked.filter(({ kind, target }) => kind === "file" && !(target in known))) {
    try {
      loaded[request.target] = await loadExternalEngine(request.target);
    } catch (thrown) {
      problems.push(...(thrown instanceof HarnessProblems ? thrown.problems : [toHarnessError(thrown)]));
    }
  }
  return loaded;
}

/** An engine with the versions of it that it is upgraded from, which are programs of their own. */
function withEarlier(pick: EnginePick): readonly EnginePick[] {
  const { selection } = pick;
  return [pick, ...earlierSelections(selection).map((earlier) => ({ ...pick, selection: earlier }))];
}

/** Engines by their label: mutants are options of one program. */
function withoutDoubles(picks: readonly EnginePick[]): readonly EnginePick[] {
  return [
    ...new Map(picks.toReversed().map((pick) => [engineLabel(pick.selection), pick])).values(),
  ].toReversed();
}

const tooManyShards = (count: number, attempts: number): HarnessError =>
  new HarnessError(
    "args/bad-value",
    `--shard: the run has ${attempts} attempts, too few for ${count} parts.\nFix: give fewer parts.`,
  );

/**
 * Reads a command line and looks everything up that it names. Starts nothing; collects every problem.
 *
 * @param seed - instead of a random one, where the outside has drawn it already
 * @param known - engines of files that need not be there
 */
export async function planRun(
  argv: readonly string[],
  seed?: number,
  known: EngineFiles = {},
): Promise<PlannedRun & { readonly problems: readonly HarnessError[] }> {
  const { options, problems: misread } =
    seed === undefined ? parseOptions(argv) : parseOptions(argv, () => seed);
  const problems = [...misread];
  const engineFiles = await loadEngineFiles(options, known, problems);
  const profiles = await loadProfiles(profilesDirectory);
  const catalog: Catalog = { engines, engineFiles, scenarios, profiles };
  const selection = selectAttempts(catalog, options);
  const isLoaded = ({ message }: HarnessError): boolean => !message.includes("was not loaded");
  problems.push(...selection.problems.filter(isLoaded));
  const { strikes, power } = besides(options, selection.profile);
  const { picks, profile, beside } = selection;
  const shown =
    power && profile !== undefined
      ? powerAttempts({ picks, scenarios, limits: profile.limits, seed: options.seed })
      : [];
  const { seed: runSeed, faults, crashPoints: points = fewPoints } = options;
  const attempts =
    options.provider === "existing"
      ? planOnExisting(selection.attempts, { seed: runSeed, faults, points })
      : selection.attempts;
  const own =
    options.onlyFailed === undefined || problems.length > 0
      ? { attempts, problems: [] }
      : await selectFailed(options.onlyFailed, { drafts: attempts, picks, scenarios });
  problems.push(...own.problems);
  const ids = [...own.attempts, ...shown].map(({ draft }) => draft.id);
  if (options.shard !== undefined && problems.length === 0 && ids.length < options.shard.count)
    problems.push(tooManyShards(options.shard.count, ids.length));
  return {
    options,
    selection: { ...selection, attempts: [...own.attempts, ...shown] },
    strikes,
    isOwn: partOf(options.shard, ids),
    programs:
      options.provider === "existing"
        ? []
        : withoutDoubles([
            ...picks.flatMap(withEarlier),
            ...shown.flatMap(({ pick }) => withEarlier(pick)),
            ...(beside === undefined ? [] : [beside]),
          ]),
    problems,
  };
}
