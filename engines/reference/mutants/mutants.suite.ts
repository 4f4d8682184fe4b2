import { beforeAll, describe, expect, test } from "vitest";
import { oracles } from "../../../harness/oracle/all.ts";
import { ablationOf, detectionsOf } from "../../../harness/oracle/power.ts";
import { mutants } from "./all.ts";
import { isKernelFeature } from "../../../harness/model/kernel-feature.ts";
import { scenarios } from "../../../scenarios/all.ts";
import type { Mutant } from "./mutant.ts";
import { expectCaught, expectSilent, soundTrials, type TriedMutants, tryMutants } from "./trials.fixture.ts";

/** Guests are in a suite of their own (in-guest.integration.test.ts). */
function isOnHost({ scenario }: Mutant): boolean {
  const needs = scenarios.find(({ name }) => name === scenario)?.needs ?? [];
  return !needs.some(isKernelFeature);
}

/**
 * One mutant of each oracle, the cheapest to show: `npm run conformance -- --power` tries all of them, and
 * its report says what came of it.
 */
const shown = [...Map.groupBy(mutants.filter(isOnHost), ({ oracle }) => oracle).values()].flatMap((own) => {
  const quick = own.find(({ needs }) => needs === undefined) ?? own[0];
  return quick === undefined ? [] : [quick];
});

let tried: TriedMutants;
beforeAll(async () => {
  tried = await tryMutants(shown, { lanes: 2, timeoutMs: 1_780_000 });
}, 1_800_000);

const trials = shown.map((mutant) => ({
  mutant: mutant.name,
  oracle: mutant.oracle,
  get findings() {
    return tried.of(mutant).findings;
  },
}));

describe("on a real API server and kernel", () => {
  test.each(shown)("the mutant $name fails $scenario, by $oracle", (mutant) => {
    expectCaught(mutant, tried.of(mutant));
  });

  test.each(soundTrials(shown))("the sound engine passes $scenario, with the same done to it", (trial) => {
    expectSilent(tried.ofSound(trial));
  });

  test("each oracle is needed: without it a mutant goes unseen, or is seen only by oracles that it is not meant for", () => {
    expect(detectionsOf(trials).filter(({ isCaught }) => !isCaught)).toEqual([]);
    const names = oracles.map(({ name }) => name);
    const idle = ablationOf(trials, names).filter(
      ({ unseen, seenByOthers }) => unseen.length + seenByOthers.length === 0,
    );
    expect(idle).toEqual([]);
  });
});
