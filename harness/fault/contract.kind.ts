import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeEngineImages } from "../../scripts/conformance/kind-machine.ts";
import { checkout } from "../../scripts/conformance/plan-run.ts";
import type { ClusterPool } from "../cluster/cluster.ts";
import { openKindFleet } from "../cluster/kind/fleet.ts";
import { createKindPool } from "../cluster/kind/pool.ts";
import { readTopology } from "../cluster/kind/topology.ts";
import { faultNeed } from "../model/fault.ts";
import { contractCases } from "./contract-cases.fixture.ts";
import { type ContractResult, runCase } from "./contract-run.fixture.ts";

/** Those that need a kubelet, and two that every cluster must do as the sandbox does. */
const alike = new Set(["kill, tree", "kill, engine alone", "terminate", "api-status", "api-server-restart"]);
const all = contractCases.filter(({ name, action }) => faultNeed(action) !== undefined || alike.has(name));
/** For whoever works on one of them: `CONTRACT=pod npm run test:kind -- contract`. */
const chosen = all.filter(({ name }) => name.startsWith(process.env["CONTRACT"] ?? ""));

/** Whatever of it there came to be. */
const undo = new AsyncDisposableStack();
let pool: ClusterPool;

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), "leakproof-contract-"));
  undo.defer(() => rm(directory, { recursive: true, force: true }));
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  const fleet = await openKindFleet({ runId: `fault-contract-${process.pid}`, directory, nodes: 1, report });
  const program = join(checkout, "engines/reference/main.ts");
  const images = await makeEngineImages({ "reference/default": { path: program } }, directory);
  pool = undo.use(createKindPool({ fleet, topology: await readTopology("no-kube-proxy"), size: 1, images }));
});

afterAll(() => undo.disposeAsync());

describe.each(chosen)("$name", (each) => {
  let result: ContractResult;

  beforeAll(async () => {
    result = await runCase(each, { kubeProxy: "", hasShims: false }, pool);
    console.log(each.name, JSON.stringify(result));
  });

  test("bites, and shows it", () => {
    expect(result.error).toBeUndefined();
    expect(result.evidence).toContain(each.evidence);
  });

  test("heals: the engine converges, and what is not its own is as before", () => {
    expect(result.convergedMs).toBeLessThan(40_000);
    expect(result.foreignChanges).toEqual([]);
  });

  test("healing twice is fine", () => {
    expect(result.againMs).toBeLessThan(2_000);
  });

  test("ends where it is aborted, with the engine's pod as it was", () => {
    // Whatever it has put in force is healed by kubelet, which takes its time.
    expect(result.abortedMs).toBeLessThan(90_000);
  });
});
