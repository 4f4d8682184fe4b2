import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { runInSandbox } from "../../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import { mutants } from "./all.ts";
import type { Trial, TrialResult } from "./mutants.fixture.ts";

const program = fileURLToPath(new URL("mutants.fixture.ts", import.meta.url));
const scenarios = [...new Set(mutants.map(({ scenario }) => scenario))];
const trials: readonly Trial[] = [
  ...mutants.map(({ name, scenario }) => ({ mutant: name, scenario })),
  ...scenarios.map((scenario) => ({ scenario })),
];

let results: readonly TrialResult[] = [];

// One control plane for all of them: each is an attempt of its own all the same.
beforeAll(async () => {
  results = await runInSandbox({ program, input: trials, timeoutMs: 880_000 });
}, 900_000);

function resultOf(trial: Trial): TrialResult {
  const found = results.find(
    ({ mutant, scenario }) => mutant === trial.mutant && scenario === trial.scenario,
  );
  if (!found) throw new Error(`${trial.mutant ?? "the sound engine"} was not tried on ${trial.scenario}`);
  return found;
}

describe("on a real API server and kernel", () => {
  test.each(mutants)("the mutant $name fails $scenario, by $oracle", ({ name, scenario, oracle }) => {
    const result = resultOf({ mutant: name, scenario });
    expect(result, result.detail.join("\n")).toMatchObject({
      verdict: "fail",
      oracles: expect.arrayContaining([oracle]),
    });
  });

  test.each(scenarios)("the sound engine passes %s", (scenario) => {
    const result = resultOf({ scenario });
    expect(result, result.detail.join("\n")).toMatchObject({ verdict: "pass", oracles: [] });
  });
});
