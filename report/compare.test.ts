import { describe, expect, it } from "vitest";
import type { Finding } from "../harness/model/verdict.ts";
import { compareReports, renderChange } from "./compare.ts";
import { entryOf, failed, finding, markRule } from "./report.fixture.ts";
import { reportOf } from "./sample-report.fixture.ts";
import type { KnownReport } from "./schema.ts";

const other: Finding = { ...finding, item: { ...markRule, text: "-A OTHER -j ACCEPT" } };
const failWith = (...[first, ...rest]: [Finding, ...Finding[]]) =>
  entryOf("kv.moves", { kind: "fail", findings: [first, ...rest] });
const open = entryOf("kv.moves", { kind: "not-exercised", reason: "fault", detail: "x" });
const pass = entryOf("kv.moves", { kind: "pass" });

const sizes = (before: KnownReport, after: KnownReport) =>
  Object.fromEntries(
    Object.entries(compareReports(before, after)).map(([name, list]) => [name, (list as unknown[]).length]),
  );
const none = { added: 0, fixed: 0, still: 0, onlyBefore: 0, onlyAfter: 0, lost: 0 };

describe("compareReports", () => {
  it.each([
    ["new and still there", failWith(finding), failWith(finding, other), { added: 1, still: 1 }],
    ["fixed", failWith(finding, other), failWith(other), { fixed: 1, still: 1 }],
    ["all fixed", failWith(finding), pass, { fixed: 1 }],
    ["not judged any more: neither fixed", failWith(finding), open, { onlyBefore: 1, lost: 1 }],
    ["not judged before: nor new", open, failWith(finding), { onlyAfter: 1 }],
    ["figures", pass, failWith({ ...finding, level: "observed" }), {}],
  ])("tells what is %s", (_what, before, after, expected) => {
    expect(sizes(reportOf([before]), reportOf([after]))).toEqual({ ...none, ...expected });
  });

  it("knows an engine of another version, on another provider, with other addresses", () => {
    const after = reportOf([
      failWith({ ...finding, item: { ...markRule, text: markRule.text.replace("10.244.0.7", "10.9.9.9") } }),
    ]);
    const label = "kube-vip@v0.8.5/rt";
    const moved: KnownReport = {
      ...after,
      environment: { ...after.environment, provider: "kind" },
      engines: after.engines.map((engine) => ({ ...engine, label, version: "v0.8.5" })),
      results: after.results.map((attempt) => ({ ...attempt, engine: label })),
    };
    expect(sizes(reportOf([failWith(finding)]), moved)).toEqual({ ...none, still: 1 });
  });

  it("leaves mutants out", () => {
    const power = { ...failWith(finding), level: "power" } as const;
    expect(sizes(reportOf([pass]), reportOf([power, pass]))).toEqual(none);
  });
});

it("is told for people", () => {
  const [before, after] = [reportOf([entryOf("kv.moves", failed)]), reportOf([failWith(other)])];
  const text = renderChange(before, after, compareReports(before, after));
  expect(text).toContain("NEW (1)");
  expect(text).toContain("FIXED (1)");
  expect(text).toContain("1 new, 1 fixed, 0 still there, 0 that cannot be compared");
});
