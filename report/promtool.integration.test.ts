import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { unpackRun } from "../scripts/verify/run.fixture.ts";
import { renderMetrics } from "./metrics.ts";
import { parseReport } from "./read-report.ts";

const promtool = process.env["LEAKPROOF_PROMTOOL"] ?? "promtool";
const isThere = spawnSync(promtool, ["--version"]).status === 0;
if (!isThere)
  console.log(
    "metrics.prom is not checked: there is no promtool. Install it (Debian: prometheus), or set LEAKPROOF_PROMTOOL.",
  );

// Prometheus is no part of the set-up; without its tool the reason is printed above.
it.skipIf(!isThere)("promtool has nothing to say of the metrics of a real report", async () => {
  await using run = await unpackRun();
  const report = parseReport(await readFile(join(run.directory, "conformance-report.yaml"), "utf8"));
  if (typeof report === "string") throw new Error(report);
  const text = renderMetrics(report);
  expect(text).toContain('percentile="99"');
  const { status, stderr } = spawnSync(promtool, ["check", "metrics"], { input: text, encoding: "utf8" });
  expect([stderr, status]).toEqual(["", 0]);
  const unlike = text.replaceAll("percentile=", "quantile=");
  expect(spawnSync(promtool, ["check", "metrics"], { input: unlike, encoding: "utf8" }).status).not.toBe(0);
});
