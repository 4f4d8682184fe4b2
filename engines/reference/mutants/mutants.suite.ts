import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { runInSandbox } from "../../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import { oracles } from "../../../harness/oracle/all.ts";
import { ablationOf, detectionsOf } from "../../../harness/oracle/power.ts";
import { mutants } from "./all.ts";
import { isKernelFeature } from "../../../harness/model/kernel-feature.ts";
import { scenarios } from "../../../scenarios/all.ts";
import type { Trial, TrialResult, Trials } from "./mutants.fixture.ts";

const program = fileURLToPath(new URL("mutants.fixture.ts", import.meta.url));

function trialOf({ scenario, needs }: Trial): Trial {
  return { scenario, ...(needs === undefined ? {} : { needs }) };
}

/** Guests are in a suite of their own (in-guest.suite.ts). */
function isOnHost({ scenario }: Trial): boolean {
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

const nameOf = (trial: Trial): string => JSON.stringify(trialOf(trial));
const sound: readonly Trial[] = [...new Map(shown.map((each) => [nameOf(each), trialOf(each)])).values()];
const broken: readonly Trial[] = shown.map((each) => ({ mutant: each.name, ...trialOf(each) }));
let results: readonly TrialResult[] = [];

// One control plane for all of them: each is an attempt of its own all the same.
beforeAll(async () => {
  const input: Trials = { trials: [...broken, ...sound], lanes: 2 };
  results = await runInSandbox({ program, input, timeoutMs: 1_780_000 });
}, 1_800_000);

function resultOf(trial: Trial): TrialResult {
  const found = results.find((result) => result.mutant === trial.mutant && nameOf(result) === nameOf(trial));
  if (!found) throw new Error(`${trial.mutant ?? "the sound engine"} was not tried on ${nameOf(trial)}`);
  return found;
}

const trials = shown.map((mutant) => ({
  mutant: mutant.name,
  oracle: mutant.oracle,
  get findings() {
    return resultOf({ mutant: mutant.name, ...trialOf(mutant) }).findings;
  },
}));

describe("on a real API server and kernel", () => {
  test.each(shown)("the mutant $name fails $scenario, by $oracle", (mutant) => {
    const result = resultOf({ mutant: mutant.name, ...trialOf(mutant) });
    const seen = result.findings.map(({ oracle }) => oracle);
    expect(seen, result.detail.join("\n")).toContain(mutant.oracle);
    // What an oracle only tells makes nothing red.
    if (result.findings.some(({ level }) => level === "core")) expect(result.verdicts).toContain("fail");
  });

  test.each(sound)("the sound engine passes $scenario, with the same done to it", (trial) => {
    const { verdicts, findings, detail } = resultOf(trial);
    // What is only observed tells of the machine as well: a busy one makes everybody late.
    expect(
      findings.filter(({ level }) => level !== "observed"),
      detail.join("\n"),
    ).toEqual([]);
    expect(new Set(verdicts), detail.join("\n")).toEqual(new Set(["pass"]));
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
