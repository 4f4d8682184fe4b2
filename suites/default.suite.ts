import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { reportSchema, type ConformanceReport } from "../report/schema.ts";
import { runOutside } from "../scripts/conformance/outside.ts";
import { planRun } from "../scripts/conformance/plan-run.ts";

const profile = "default";
const { selection: selected } = await planRun(["--profile", profile]);

const ids = selected.attempts.flatMap(({ draft, level }) => (level === "power" ? [] : [draft.id]));

let out = "";
let exitCode: number | undefined;
let report: ConformanceReport | undefined;

// The same scheduler as `npm run conformance`: one run, of which each attempt is a test.
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "leakproof-suite-"));
  exitCode = await runOutside(["--profile", profile, "--out", out]);
  const [name = ""] = await readdir(out);
  report = reportSchema.parse(parse(await readFile(resolve(out, name, "conformance-report.yaml"), "utf8")));
}, 3_600_000);
afterAll(async () => await rm(out, { recursive: true, force: true }));

describe(`profile ${profile}`, () => {
  test.each(ids)("%s", (id) => {
    const attempt = report?.results.find((result) => result.id === id);
    expect(attempt?.verdict, attempt?.replay).toMatchObject({ kind: "pass" });
  });

  test("catches every mutant, and is silent on the sound engine", () => {
    const power = report?.detectionPower;
    expect(power?.mutants.filter(({ caught }) => !caught)).toEqual([]);
    expect(power?.silent.findings).toBe(0);
  });

  test("is conformant", () => {
    expect(report?.reasons).not.toEqual([]);
    expect({ conformant: report?.conformant, exitCode }).toEqual({ conformant: true, exitCode: 0 });
  });
});
