import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { createMark, until } from "../../harness/process/marked-processes.fixture.ts";
import type { ReportedFinding } from "../../report/finding-schema.ts";
import type { ConformanceReport } from "../../report/schema.ts";
import { without } from "../../report/verify/data.ts";
import { codesIn, conformance, readReport, temporaryFolder } from "./command.fixture.ts";

const entry = resolve(import.meta.dirname, "../conformance.ts");
// A broken engine: there are findings that must be the same.
const run =
  "--engine reference --engine-option mutant=wrong-mask --seed 7 --clusters 1 --scenario egress-service-deleted --scenario route-several-services --crash-points sample:2".split(
    " ",
  );

/** Starts a run, and kills all of it as soon as its index attempt has a verdict: in the middle of a sweep. */
async function killInTheMiddle(out: string): Promise<string> {
  const mark = createMark();
  const child = spawn(process.execPath, [entry, ...run, "--out", out], {
    env: { ...process.env, ...mark.env, CI: "true" },
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  const directory = async (): Promise<string> =>
    existsSync(out) ? join(out, (await readdir(out))[0] ?? "") : "";
  const hasIndexed = async (): Promise<boolean> => {
    const attempts = join(await directory(), "attempts");
    return existsSync(attempts) && (await readdir(attempts)).some((name) => name.endsWith(".index"));
  };
  expect(await until(hasIndexed, 300_000), "no index attempt has ended").toBe(true);
  expect(child.exitCode).toBe(null);
  child.kill("SIGKILL");
  await ended;
  expect(await until(async () => (await mark.pids()).length === 0, 5_000)).toBe(true);
  return directory();
}

/** Figures, which depend on how busy the machine is, left out. */
const keysOf = (findings: readonly ReportedFinding[]): readonly string[] =>
  findings.filter(({ level }) => level !== "observed").map(({ key, level }) => `${level} ${key}`);

/** A report without what two runs can never have in common: times, directories, what snapshots and nodes are called. */
function comparable({ results, run: { seed, clusters }, ...report }: ConformanceReport): unknown {
  const { halfLife: _, environment: __, availability: ___, manifestDigest: ____, ...rest } = report;
  return {
    ...rest,
    seed,
    clusters,
    results: results.map(({ verdict, ...attempt }) => ({
      ...without(
        attempt,
        "durationMs",
        "startedAt",
        "halfLives",
        "availability",
        "evidenceDigest",
        "kernels",
      ),
      kind: verdict.kind,
      findings: "findings" in verdict ? keysOf(verdict.findings ?? []) : [],
    })),
  };
}

test("a run that was killed in the middle of a sweep ends, resumed, with the report of one that was not", async () => {
  await using folder = await temporaryFolder();
  const killed = await killInTheMiddle(join(folder.path, "killed"));
  expect(existsSync(join(killed, "conformance-report.yaml"))).toBe(false);

  const resumed = await conformance(["--resume", killed]);
  expect(resumed.stderr).toMatch(/^\[1\/3\] /m);
  const whole = await conformance([...run, "--out", join(folder.path, "whole")]);
  expect(resumed.code, resumed.stderr).toBe(whole.code);

  const [one, other] = [
    await readReport(join(folder.path, "killed")),
    await readReport(join(folder.path, "whole")),
  ];
  const roles = one.results.map(({ role }) => role ?? "own");
  expect(roles).toEqual(["own", "own", "index", "restarted", "crash-point", "crash-point"]);
  expect(one.interrupted).toBe(false);
  expect(comparable(one)).toEqual(comparable(other));

  // There is nothing left to do, and the report is made again.
  const again = await conformance(["--resume", killed]);
  expect(again.code, again.stderr).toBe(whole.code);
  expect(comparable(await readReport(join(folder.path, "killed")))).toEqual(comparable(other));
}, 900_000);

test("what cannot be gone on with ends with 64, before anything is started", async () => {
  await using folder = await temporaryFolder();
  const none = await conformance(["--resume", folder.path]);
  expect({ code: none.code, codes: codesIn(none.stderr) }).toEqual({ code: 64, codes: ["args/bad-run"] });
  expect(await readdir(folder.path)).toEqual([]);
});
