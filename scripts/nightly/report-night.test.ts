import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { stringify } from "yaml";
import { entryOf, failed } from "../../report/report.fixture.ts";
import { reportOf } from "../../report/sample-report.fixture.ts";
import type { ConformanceReport, ReportedAttempt } from "../../report/schema.ts";
import { nightlyJobs, seedOf } from "./jobs.ts";
import { placesIn } from "./places.ts";
import { reportNight } from "./report-night.ts";
import { parseNightly } from "./spec.ts";

const jobs = nightlyJobs(
  parseNightly(
    `{ apiVersion: leakproof.dev/v1, kind: Nightly, crashPoints: all, clusters: 1, minutes: 1,
       engines: [{ name: reference, profiles: [default] }, { name: kube-proxy, profiles: [default], shards: 2 }] }`,
    "x",
  ),
);
const [reference = "", first = "", second = ""] = jobs.map(({ id }) => id);
const pass = [entryOf("kv.moves", { kind: "pass" })];
const fail = [entryOf("kv.moves", failed)];

let out = "";
let summary = "";
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "leakproof-night-"));
  summary = join(out, "summary");
});
afterEach(async () => rm(out, { recursive: true }));

function nightly(night: string, results: readonly ReportedAttempt[]): ConformanceReport {
  const report = reportOf(results);
  return { ...report, run: { ...report.run, seed: seedOf(night) } };
}

async function leaveRun(job: string, night: string, results: readonly ReportedAttempt[]) {
  const directory = join(placesIn(out).runOf(job), `${seedOf(night)}T010000Z`);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "manifest.yaml"), "");
  await writeFile(join(directory, "conformance-report.yaml"), stringify(nightly(night, results)));
}

async function report(night: string) {
  const known = process.env["GITHUB_STEP_SUMMARY"];
  process.env["GITHUB_STEP_SUMMARY"] = summary;
  const options = { command: "report", file: "", night, out, branch: "main", dryRun: false } as const;
  await reportNight(jobs, options, { GITHUB_SHA: "abc" }).finally(() => {
    if (known === undefined) delete process.env["GITHUB_STEP_SUMMARY"];
    else process.env["GITHUB_STEP_SUMMARY"] = known;
  });
  const { nights, issues } = placesIn(out);
  return {
    nights: (await readFile(nights, "utf8")).trim().split("\n"),
    issues: JSON.parse(await readFile(issues, "utf8")) as { title: string; body: string }[],
    summary: await readFile(summary, "utf8"),
  };
}

it("compares with the night before, and keeps both", async () => {
  for (const job of [reference, first, second]) await leaveRun(job, "2026-11-21", pass);
  const one = await report("2026-11-21");
  expect(one.issues).toEqual([]);
  expect(one.summary).toContain("There is no earlier night");

  for (const job of [reference, first]) await leaveRun(job, "2026-11-22", pass);
  await leaveRun(second, "2026-11-22", fail);
  const two = await report("2026-11-22");
  expect(two.nights).toHaveLength(2);
  expect(two.issues.map(({ title }) => title)).toEqual(["Nightly: kube-proxy, default"]);
  expect(two.issues[0]?.body).toContain("| verdict | conformant | not-conformant |");
  expect(two.summary).toContain("| reference, default | conformant | conformant |");
  const kept = await readFile(placesIn(out).reportOf(second), "utf8");
  expect(kept).toBe(stringify(nightly("2026-11-22", fail)));
});

it("tells of a job that left nothing, and keeps no report of another night for it", async () => {
  for (const job of [reference, first, second]) await leaveRun(job, "2026-11-21", pass);
  await report("2026-11-21");
  // The run of the night before is still there; the other entry has no run at all.
  await leaveRun(first, "2026-11-22", pass);
  await rm(placesIn(out).runOf(second), { recursive: true });
  const two = await report("2026-11-22");
  expect(two.issues).toHaveLength(2);
  for (const { body } of two.issues) expect(body).toContain("| verdict | conformant | no-report |");
  await expect(readFile(placesIn(out).reportOf(reference))).rejects.toThrow("ENOENT");
});

it("stops at a report and at a history that cannot be read", async () => {
  await leaveRun(reference, "2026-11-21", pass);
  const { history, nights, runOf } = placesIn(out);
  await mkdir(history, { recursive: true });
  await writeFile(nights, "nothing\n");
  await expect(report("2026-11-21")).rejects.toMatchObject({ code: "args/bad-run" });
  await rm(nights);
  await writeFile(join(runOf(reference), "20261121T010000Z", "conformance-report.yaml"), "conformant: true");
  await expect(report("2026-11-21")).rejects.toMatchObject({ code: "args/bad-run" });
});
