import { expect, it } from "vitest";
import { entryOf, failed } from "../../report/report.fixture.ts";
import { reportOf } from "../../report/sample-report.fixture.ts";
import { cell, cutText, runVerdict } from "./job-summary.ts";

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
