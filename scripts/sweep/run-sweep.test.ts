import { describe, expect, test } from "vitest";
import { parseSweep } from "./run-sweep.ts";

describe("the command line of sweep", () => {
  test("defaults, and all that can be said", () => {
    expect(parseSweep([])).toEqual({ isDryRun: false, idleMs: 3_600_000, out: "out" });
    expect(parseSweep(["--dry-run", "--idle", "10m", "--runs=20", "--out", "x"])).toEqual({
      isDryRun: true,
      idleMs: 600_000,
      out: "x",
      runs: { runs: 20 },
    });
  });

  test.each([
    [["--what"], "args/unknown-option"],
    [["word"], "args/bad-value"],
    [["--context", "mine"], "--context has no file"],
    [["--idle", "soon", "--runs", "many"], "no time.*\n.*\n.*no limit"],
  ])("%j", (argv, text) => {
    expect(() => parseSweep(argv)).toThrow(new RegExp(text));
  });
});
