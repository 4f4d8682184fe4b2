import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { run } from "../../harness/process/run.ts";
import { checkout } from "../conformance/plan-run.ts";

let workspace = "";
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), "leakproof-action-"));
});
afterEach(async () => rm(workspace, { recursive: true, force: true }));

/** Runs the step of `action.yml` as a runner does: inputs as variables, outputs and summary in files. */
async function runStep(inputs: Readonly<Record<string, string>>) {
  const [output, summary] = [join(workspace, "output"), join(workspace, "summary")];
  const { exitCode } = await run([process.execPath, "bin/leakproof.js", "action"], {
    cwd: checkout,
    env: { ...inputs, GITHUB_WORKSPACE: workspace, GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary },
    timeoutMs: 240_000,
    allowFailure: true,
  });
  const read = async (path: string): Promise<string> => (existsSync(path) ? readFile(path, "utf8") : "");
  const lines = (await read(output)).trim().split("\n");
  return {
    exitCode,
    outputs: Object.fromEntries(lines.map((line) => line.split("=", 2))),
    summary: await read(summary),
  };
}

it("gives verdict and report of a run", async () => {
  const { exitCode, outputs, summary } = await runStep({
    INPUT_ENGINE: "reference",
    INPUT_PROFILE: "egress-snat",
    INPUT_SCENARIO: "egress-service-deleted",
    INPUT_CLUSTERS: "1",
    INPUT_SEED: "7",
  });
  expect([exitCode, outputs]).toEqual([
    0,
    {
      verdict: "conformant",
      "exit-code": "0",
      directory: expect.stringContaining(join(workspace, "leakproof-out")),
      report: join(outputs["directory"] ?? "", "conformance-report.yaml"),
    },
  ]);
  expect(existsSync(outputs["report"] ?? "")).toBe(true);
  expect(summary).toContain("# Leakproof: CONFORMANT");
});

it("sets its outputs where nothing could be run", async () => {
  const { exitCode, outputs, summary } = await runStep({ INPUT_ENGINE: "reference", INPUT_PROFILE: "none" });
  expect([exitCode, outputs]).toEqual([
    64,
    { verdict: "no-report", "exit-code": "64", directory: "", report: "" },
  ]);
  expect(summary).toContain("## No report");
});

it("refuses to run without an engine", async () => {
  expect((await runStep({})).exitCode).toBe(64);
});
