import { reference } from "../../engines/reference/engine.ts";
import { mutants } from "../../engines/reference/mutants/all.ts";
import type { MutantNeed } from "../../engines/reference/mutants/mutant.ts";
import { crashPlans } from "../../harness/run/crash-points.ts";
import { type EnginePick, engineLabel } from "../../harness/run/pick-engines.ts";
import { attemptSeed, type DraftAttempt, upgradeAttempt } from "../../harness/run/select.ts";
import type { Limits } from "../../harness/model/plan.ts";
import type { Scenario } from "../../harness/model/scenario.ts";

/** What a run has that shows power: the mutants, and the sound engine where the run has none of its own. */
export interface PowerInput {
  readonly picks: readonly EnginePick[];
  readonly scenarios: readonly Scenario[];
  readonly limits: Limits;
  /** Of the run. */
  readonly seed: number;
}

/** What a mutant needs beside its scenario: an attempt without faults comes first, the others are judged against it. */
function withNeed(attempt: DraftAttempt, needs: MutantNeed | undefined): DraftAttempt {
  if (needs === undefined) return attempt;
  if (needs.kind === "upgrade") return upgradeAttempt(attempt);
  const { draft } = attempt;
  const isSweep = needs.kind === "crash-points";
  const id = `${draft.id}.index`;
  return {
    ...attempt,
    role: "index",
    draft: { ...draft, id, world: draft.id, ...(isSweep ? { indexed: true } : {}) },
    leadsTo: (recording) => {
      if (needs.kind === "faults")
        return [{ ...recording.plan, id: `${draft.id}.faults`, faults: needs.faults }];
      const plans = crashPlans(recording).map(({ plan }) => plan);
      return plans.filter(({ faults }) => faults?.every(({ step }) => step === needs.step));
    },
  };
}

function pickWith(mutant: string | undefined, needs?: MutantNeed): EnginePick {
  const variant = reference.variants[0];
  const options = mutant === undefined ? {} : { mutant };
  const versions = needs?.kind === "upgrade" ? { version: needs.to, from: needs.from } : {};
  const selection = { name: reference.name, ...versions, variant, options };
  return { engine: reference, selection, argument: engineLabel({ ...selection, options: {} }) };
}

/**
 * The attempts that show what the oracles catch: each mutant of the reference engine in the scenario that
 * shows it, with the faults that it takes. Where the sound engine is none of the run's own, it is run in the same scenarios: an oracle that
 * is never silent has no power.
 */
export function powerAttempts({ picks, scenarios, limits, seed }: PowerInput): readonly DraftAttempt[] {
  const draftOf = (id: string, scenarioName: string, pick: EnginePick): DraftAttempt => {
    const scenario = scenarios.find(({ name }) => name === scenarioName);
    if (scenario === undefined) throw new Error(`${id}: there is no scenario ${scenarioName}`);
    const draft = {
      schemaVersion: 1,
      id,
      scenario: scenario.name,
      engine: pick.selection,
      settings: scenario.settings,
      limits,
      seed: attemptSeed(seed, id),
    } as const;
    return { draft, level: "power", scenario, pick };
  };
  const broken = mutants.map(({ name, scenario, upstream, oracle, needs }) =>
    withNeed(
      { ...draftOf(`power.${name}`, scenario, pickWith(name, needs)), mutant: { name, upstream, oracle } },
      needs,
    ),
  );
  const hasSound = picks.some(
    ({ engine, selection }) => engine === reference && selection.options["mutant"] === undefined,
  );
  const shown = hasSound ? [] : [...new Map(mutants.map((mutant) => [mutant.scenario, mutant])).values()];
  return [
    ...broken,
    ...shown.map(({ scenario, needs }) => {
      const attempt = draftOf(`power.sound.${scenario}`, scenario, pickWith(undefined, needs));
      return needs?.kind === "upgrade" ? upgradeAttempt(attempt) : attempt;
    }),
  ];
}
