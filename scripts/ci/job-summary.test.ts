import { describe, expect, it } from "vitest";
import { entryOf, failed, finding } from "../../report/report.fixture.ts";
import { reportOf } from "../../report/sample-report.fixture.ts";
import { cell, cutText, renderJobSummary, runVerdict } from "./job-summary.ts";

describe("renderJobSummary", () => {
  const summary = renderJobSummary(reportOf());

  it("says the verdict, why, and what a terminal shows", () => {
    expect(summary).toMatch(/^## kube-vip@v0\.8\.4\/rt: not-conformant\n/);
    expect(summary).toContain("- 1 attempt of Core failed.");
    expect(summary).toContain("NOT CONFORMANT  profile egress-snat 1, seed 7");
    expect(summary).toContain("retired-identity: the rule names 10.244.0.7");
  });

  it("has a fence that no rule can end", () => {
    const sly = { ...finding, why: "```` ends the fence" };
    const text = renderJobSummary(reportOf([entryOf("kv.moves", { kind: "fail", findings: [sly] })]));
    expect(text).toContain("`````text\n");
  });

  it("stays below what GitHub takes", () => {
    const long = { ...finding, why: "x".repeat(2_000_000) };
    const text = renderJobSummary(reportOf([entryOf("kv.moves", { kind: "fail", findings: [long] })]));
    expect(Buffer.byteLength(text)).toBeLessThan(900 * 1024);
  });
});

it("never calls a run conformant that is not", () => {
  const pass = entryOf("kv.moves", { kind: "pass" });
  expect(runVerdict(reportOf([pass]))).toBe("conformant");
  expect(runVerdict(reportOf([entryOf("kv.moves", failed)]))).toBe("not-conformant");
  expect(runVerdict(reportOf([{ ...pass, traced: false }]))).toBe("undetermined");
  expect(runVerdict(undefined)).toBe("no-report");
});

it("cuts text at the end of a line, and says so", () => {
  expect(cutText("one\ntwo\n", 100)).toBe("one\ntwo\n");
  const cut = cutText(`${"line\n".repeat(100)}`, 60);
  expect(cut).toMatch(/^(?:line\n)+\.\.\. the rest is in the report\.\n$/);
  expect(cut.length).toBeLessThanOrEqual(60);
});

it("escapes what Markdown and HTML take for their own", () => {
  expect(cell("a|b <empty> & c\nd")).toBe("a\\|b &lt;empty> &amp; c d");
});
