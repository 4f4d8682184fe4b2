import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditReport } from "../../harness/audit/audit.ts";
import { createMetrics } from "./metrics.ts";

const promtool = process.env["LEAKPROOF_PROMTOOL"] ?? "promtool";
const isThere = spawnSync(promtool, ["--version"]).status === 0;
if (!isThere)
  console.log(
    "Metrics and alert rules are not checked: there is no promtool. Install it (Debian: prometheus), or set LEAKPROOF_PROMTOOL.",
  );

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "leakproof-promtool-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
const alerts = join(import.meta.dirname, "../../deploy/audit/alerts.yaml");

function checkMetrics(text: string) {
  return spawnSync(promtool, ["check", "metrics"], { input: text, encoding: "utf8" });
}
function checkRules(text: string) {
  const file = join(folder, "rules.yaml");
  writeFileSync(file, text);
  return spawnSync(promtool, ["check", "rules", file], { encoding: "utf8" });
}

const finding = {
  kind: "orphan",
  engine: 'e"\\',
  node: "n\n1",
  family: "ipset",
  text: "t",
  why: "w",
} as const;
const report: AuditReport = {
  schemaVersion: 1,
  takenAt: "2026-11-22T12:00:00.000Z",
  looks: 2,
  nodes: [
    {
      name: "n\n1",
      engines: [{ engine: 'e"\\', installation: { state: "unknown" }, items: { ipset: 2 } }],
    },
  ],
  findings: [finding],
  problems: [],
};

// Prometheus is no part of the set-up; without its tool the reason is printed above.
describe.skipIf(!isThere)("promtool", () => {
  it("accepts the metrics, before the first audit and after one, whatever a label holds", async () => {
    const metrics = createMetrics();
    const first = checkMetrics(await metrics.render());
    expect([first.stderr, first.status]).toEqual(["", 0]);
    metrics.observe(report, 1_500, Date.now());
    const text = await metrics.render();
    expect(text).toContain("leakproof_audit_orphans{");
    const then = checkMetrics(text);
    expect([then.stderr, then.status]).toEqual(["", 0]);
  });

  it("accepts the alert rules, and finds all of them", () => {
    const text = readFileSync(alerts, "utf8");
    const { status, stdout } = checkRules(text);
    expect([status, /(\d+) rules found/.exec(stdout)?.[1]]).toEqual([
      0,
      String(text.match(/- alert:/g)?.length),
    ]);
  });

  it("refuses what is wrong", async () => {
    expect(checkMetrics("leakproof_audit_orphans{node=n} 1\n").status).not.toBe(0);
    const unlike = (await createMetrics().render()).replaceAll("_total", "");
    expect(checkMetrics(unlike).status).not.toBe(0);
    expect(checkRules(readFileSync(alerts, "utf8").replace("> 86400", "> > 86400")).status).not.toBe(0);
  });
});
