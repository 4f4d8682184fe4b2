import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { runInSandbox } from "../../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import type { GuestKernel } from "../../../harness/node/guest/kernel.ts";
import type { Mutant } from "./mutant.ts";
import type { Trial, TrialResult, Trials } from "./mutants.fixture.ts";

const program = fileURLToPath(new URL("mutants.fixture.ts", import.meta.url));

/** What the sound engine is tried on, to be silent there: all that is done to these mutants, each once. */
export function soundTrials(mutants: readonly Mutant[]): readonly Trial[] {
  const each = mutants.map(({ scenario, needs }) => ({
    scenario,
    ...(needs === undefined ? {} : { needs }),
  }));
  return [...new Map(each.map((trial) => [JSON.stringify(trial), trial])).values()];
}

function isOf(mutant: Mutant | undefined, { scenario, needs }: Trial): (result: Trial) => boolean {
  return (result) =>
    result.mutant === mutant?.name &&
    result.scenario === scenario &&
    JSON.stringify(result.needs) === JSON.stringify(needs);
}

export interface TriedMutants {
  of(mutant: Mutant): TrialResult;
  ofSound(trial: Trial): TrialResult;
}

interface TryOptions {
  /** How many at once. */
  readonly lanes: number;
  readonly timeoutMs: number;
  readonly guest?: GuestKernel;
}

/**
 * Tries mutants, and the sound engine on the same, on a real API server and kernel: one control plane for all
 * of them, and each an attempt of its own.
 */
export async function tryMutants(
  mutants: readonly Mutant[],
  { lanes, timeoutMs, guest }: TryOptions,
): Promise<TriedMutants> {
  const broken = mutants.map(({ name, oracle, scenario, needs }) => ({
    mutant: name,
    oracle,
    scenario,
    ...(needs === undefined ? {} : { needs }),
  }));
  const input: Trials = { trials: [...broken, ...soundTrials(mutants)], lanes };
  const results = await runInSandbox<readonly TrialResult[]>({
    program,
    input,
    timeoutMs,
    ...(guest && { guest }),
  });
  const found = (mutant: Mutant | undefined, trial: Trial): TrialResult => {
    const result = results.find(isOf(mutant, trial));
    if (!result) throw new Error(`${mutant?.name ?? "the sound engine"} was not tried on ${trial.scenario}`);
    return result;
  };
  return { of: (mutant) => found(mutant, mutant), ofSound: (trial) => found(undefined, trial) };
}

/** The oracle that is meant for it has seen it, and says of what. */
export function expectCaught({ oracle }: Mutant, { verdicts, findings, detail }: TrialResult): void {
  expect(
    findings.map((finding) => finding.oracle),
    detail.join("\n"),
  ).toContain(oracle);
  // What an oracle only tells makes nothing red.
  if (findings.some(({ level }) => level === "core")) expect(verdicts).toContain("fail");
}

/** Nobody finds fault, and nothing was left untried. */
export function expectSilent({ verdicts, findings, detail }: TrialResult): void {
  // What is only observed tells of the machine as well: a busy one makes everybody late.
  expect(
    findings.filter(({ level }) => level !== "observed"),
    detail.join("\n"),
  ).toEqual([]);
  expect(new Set(verdicts), detail.join("\n")).toEqual(new Set(["pass"]));
}
