import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { runInSandbox } from "../../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import { obtainGuestKernel } from "../../../harness/node/guest/kernel.ts";
import { destinationsOnlyAdded as mutant } from "./destinations-only-added.ts";
import type { TrialResult, Trials } from "./mutants.fixture.ts";

const program = fileURLToPath(new URL("mutants.fixture.ts", import.meta.url));
const { scenario } = mutant;
let results: readonly TrialResult[] = [];

// One after the other: a guest that is emulated takes a processor, and what a second one would wait for.
beforeAll(async () => {
  const input: Trials = { trials: [{ scenario }, { scenario, mutant: mutant.name }], lanes: 1 };
  const guest = await obtainGuestKernel({ report: console.log });
  results = await runInSandbox({ program, input, guest, timeoutMs: 1_150_000 });
}, 1_200_000);

test(`the sound engine passes ${scenario} in a guest, with virtual servers of IPVS`, () => {
  const [sound] = results;
  expect(sound?.verdicts, sound?.detail.join("\n")).toEqual(["pass"]);
});

test(`the mutant ${mutant.name} fails it there, by ${mutant.oracle}`, () => {
  const [, broken] = results;
  expect(broken?.verdicts, broken?.detail.join("\n")).toEqual(["fail"]);
  expect(broken?.findings.map(({ oracle }) => oracle)).toContain(mutant.oracle);
});
