import { expect, it } from "vitest";
import { checkout } from "../conformance/plan-run.ts";
import { parseNightlyOptions } from "./options.ts";

const parse = (argv: readonly string[], env = {}) => parseNightlyOptions(argv, "2026-11-22", env);

it("has today, this project's file and a directory of its own where nothing is said", () => {
  expect(parse(["matrix"])).toEqual({
    command: "matrix",
    file: `${checkout}/suites/nightly.yaml`,
    night: "2026-11-22",
    out: `${checkout}/out/nightly`,
    branch: "main",
    dryRun: false,
  });
});

it("takes the job of run, and the branch of the workflow", () => {
  expect(parse(["run", "a.b", "--night", "2026-02-28", "--out", "/x"])).toMatchObject({
    job: "a.b",
    night: "2026-02-28",
    out: "/x",
  });
  expect(parse(["last"], { GITHUB_REF_NAME: "next" }).branch).toBe("next");
  expect(parse(["issues", "--dry-run"]).dryRun).toBe(true);
});

it.each([
  [[], "args/bad-value"],
  [["matrices"], "args/bad-value"],
  [["run"], "args/bad-value"],
  [["run", "a", "b"], "args/bad-value"],
  [["report", "a"], "args/bad-value"],
  [["matrix", "--night", "2026-02-30"], "args/bad-value"],
  [["matrix", "--night", "22.11.2026"], "args/bad-value"],
  [["matrix", "--nights", "1"], "args/unknown-option"],
])("%j is %s", (argv, code) => {
  expect(() => parse(argv)).toThrow(`[${code}]`);
});
