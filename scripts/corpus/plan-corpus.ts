import { HarnessError } from "../../harness/errors/harness-error.ts";
import type { Plan } from "../../harness/model/plan.ts";
import type { AttemptLevel, Profile, ProfileLevel } from "../../harness/model/profile.ts";
import type { Recording } from "../../harness/model/recording.ts";
import { crashPlans } from "../../harness/run/crash-points.ts";
import { adviseName } from "../../harness/run/did-you-mean.ts";
import { parseEngine } from "../../harness/run/option-values.ts";
import type { EnginePick } from "../../harness/run/pick-engines.ts";
import { attemptSeed, type DraftAttempt, draftAttempt } from "../../harness/run/select.ts";
import { scenarios } from "../../scenarios/all.ts";
import { loadProfiles } from "../../suites/profiles.ts";
import { type PlannedRun, planRun, profilesDirectory } from "../conformance/plan-run.ts";
import type { CorpusAttempt } from "./cases.ts";

type Crash = NonNullable<CorpusAttempt["crash"]>;

/** The plan that kills at the write that is meant; none where no write of the recording is it. */
function crashPlanAt(recording: Recording, crash: Crash, id: string): readonly Plan[] {
  const meant = crashPlans(recording).filter(({ plan }) => {
    const [fault] = plan.faults ?? [];
    if (fault?.trigger.at !== "kernel-write" || fault.step !== crash.step) return false;
    const { what, argv } = fault.trigger.point;
    return fault.heal === crash.heal && new RegExp(crash.write).test(`${what} ${argv.join(" ")}`);
  });
  const found = meant[crash.nth - 1];
  return found === undefined ? [] : [{ ...found.plan, id }];
}

/** An attempt with faults begins with one without, which it is judged against. */
function withFaults(attempt: DraftAttempt, { id, faults, crash }: CorpusAttempt): DraftAttempt {
  if (faults === undefined && crash === undefined) return attempt;
  return {
    ...attempt,
    role: "index",
    draft: {
      ...attempt.draft,
      id: `${id}.index`,
      world: id,
      ...(crash === undefined ? {} : { indexed: true }),
    },
    leadsTo(recording) {
      if (crash !== undefined) return crashPlanAt(recording, crash, id);
      return faults === undefined ? [] : [{ ...recording.plan, id, faults }];
    },
  };
}

function isPickOf({ selection: { name, version, from, variant } }: EnginePick, argument: string): boolean {
  const asked = parseEngine(argument);
  if (asked instanceof HarnessError) return false;
  return (
    asked.target === name &&
    asked.version === version &&
    (asked.from ?? []).join() === (from ?? []).join() &&
    (asked.variant === undefined || asked.variant === variant)
  );
}

/** The level that a scenario has in a profile; what none asks for is Extended. */
function levelOf(profiles: readonly Profile[], name: string): ProfileLevel {
  const found = profiles.flatMap((profile) => profile.scenarios).find((each) => each.name === name);
  return found?.level ?? "extended";
}

/** Under the corpus's own ids, with a seed that is drawn by them. */
function renamed(attempt: DraftAttempt, id: string, runSeed: number): DraftAttempt {
  const { draft, leadsTo } = attempt;
  const seed = attemptSeed(runSeed, id);
  if (attempt.role !== "fresh" || leadsTo === undefined) return { ...attempt, draft: { ...draft, id, seed } };
  return {
    ...attempt,
    draft: { ...draft, id: `${id}.fresh`, world: id, seed },
    leadsTo: (recording) => leadsTo(recording).map((plan) => ({ ...plan, id })),
  };
}

/**
 * What a part of the corpus runs: its command line says which engines, with which options; the attempts say
 * the rest.
 *
 * @param argv - arguments of a conformance run, with the engines of the attempts
 */
export async function planCorpus(
  argv: readonly string[],
  seed: number,
  asked: readonly CorpusAttempt[],
): Promise<PlannedRun & { readonly problems: readonly HarnessError[] }> {
  const run = await planRun(argv, seed);
  const profiles = await loadProfiles(profilesDirectory);
  const { picks, profile, beside } = run.selection;
  const problems = [...run.problems];
  const attempts = asked.flatMap((each) => {
    const scenario = scenarios.find(({ name }) => name === each.scenario);
    if (scenario === undefined) {
      const known = scenarios.map(({ name }) => name);
      const what = `${each.id}: there is no scenario "${each.scenario}".`;
      problems.push(
        new HarnessError("args/unknown-scenario", `${what}\n${adviseName(each.scenario, known)}`),
      );
    }
    const pick = picks.find((known) => isPickOf(known, each.engine));
    // An engine that could not be picked is a problem already.
    if (scenario === undefined || pick === undefined || profile === undefined) return [];
    const level: AttemptLevel = levelOf(profiles, scenario.name);
    const draft = draftAttempt(pick, { scenario, level }, profile, { runSeed: seed, round: 1, beside });
    return [withFaults(renamed(draft, each.id, seed), each)];
  });
  return { ...run, strikes: [], selection: { ...run.selection, attempts }, problems };
}
