import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { findControlPlane } from "../cluster/control-plane.ts";
import { runInSandbox } from "../cluster/sandbox/in-sandbox.fixture.ts";
import { faults } from "./all.ts";
import { type ContractCase, contractCases } from "./contract-cases.fixture.ts";
import { faultNeed } from "../model/fault.ts";
import type { ContractInput } from "./contract.fixture.ts";
import type { ContractResult } from "./contract-run.fixture.ts";

const program = fileURLToPath(new URL("contract.fixture.ts", import.meta.url));
/** For whoever works on one of them: `CONTRACT=pause npx vitest ...`. */
const chosen = contractCases.filter(({ name }) => name.startsWith(process.env["CONTRACT"] ?? ""));

let results: Readonly<Record<string, ContractResult>> = {};

// One control plane for all of them; each has a node of its own.
beforeAll(async () => {
  const kubeProxy = (await findControlPlane({}))?.kubeProxy?.path ?? "";
  const input: ContractInput = { names: chosen.map(({ name }) => name), kubeProxy };
  results = await runInSandbox({ program, input, readable: [kubeProxy], timeoutMs: 880_000 });
}, 900_000);

test("every kind of fault is tried", () => {
  const kinds = new Set(contractCases.map(({ action }) => action.kind));
  expect([...kinds].toSorted()).toEqual(Object.keys(faults).toSorted());
});

const needsKubelet = ({ action }: ContractCase): boolean => faultNeed(action) !== undefined;

// The rest of what they promise is tried on clusters of kind: contract.kind.ts.
test.each(chosen.filter(needsKubelet))("$name: is refused by a node of the sandbox", ({ name }) => {
  expect(results[name]?.error).toContain("[sandbox/lacks]");
});

describe.each(chosen.filter((each) => !needsKubelet(each)))("$name", ({ name, evidence, action }) => {
  const result = (): ContractResult => results[name] ?? { error: "it was not tried" };

  test("bites, and shows it", () => {
    expect(result().error).toBeUndefined();
    expect(result().evidence).toContain(evidence);
  });

  test("heals: the engine converges, and what is not its own is as before", () => {
    expect(result().convergedMs).toBeLessThan(40_000);
    expect(result().foreignChanges).toEqual([]);
  });

  test("healing twice is fine", () => {
    expect(result().againMs).toBeLessThan(2_000);
  });

  test("stops at once when it is aborted", () => {
    // An API server takes its time to start, and without it no attempt can be cleaned up.
    expect(result().abortedMs).toBeLessThan(action.kind === "api-server-restart" ? 90_000 : 5_000);
  });
});
