import { describe, expect, it } from "vitest";
import { entryOf, failed } from "../../report/report.fixture.ts";
import { reportOf } from "../../report/sample-report.fixture.ts";
import { parseVerify } from "./options.ts";
import { drawSample } from "./rerun.ts";

const attempts = Array.from({ length: 40 }, (_, index) => ({
  ...entryOf("kv.moves", index % 2 === 0 ? failed : { kind: "pass" }),
  id: `a${index}`,
}));

describe("drawSample", () => {
  const report = reportOf(attempts);
  const ids = (count: number, seed: number) => drawSample(report, count, seed).map(({ id }) => id);

  it("draws each attempt once, by the seed", () => {
    expect(ids(5, 7)).toEqual(ids(5, 7));
    expect(ids(5, 7)).not.toEqual(ids(5, 8));
    expect(new Set(ids(100, 7)).size).toBe(attempts.length);
  });

  it("leaves out what says nothing of the engine", () => {
    const [first = attempts[0], second, third] = attempts;
    const open = { kind: "not-exercised", reason: "fault", detail: "x" } as const;
    const of = reportOf([
      { ...first, level: "power" } as (typeof attempts)[number],
      { ...second, verdict: open } as (typeof attempts)[number],
      { ...third, evidence: undefined } as unknown as (typeof attempts)[number],
    ]);
    expect(drawSample(of, 5, 7)).toEqual([]);
  });
});

describe("the command line of verify", () => {
  it("is read whole", () => {
    expect(
      parseVerify(["out/x", "--partial", "--rerun", "5", "--seed=3", "--engine-binary", "./e", "--as-root"]),
    ).toEqual({
      directory: "out/x",
      isPartial: true,
      isJson: false,
      rerun: 5,
      seed: 3,
      rest: ["--engine-binary=./e", "--as-root"],
    });
  });

  it.each([
    [[]],
    [["a", "b"]],
    [["a", "--rerun", "0"]],
    [["a", "--rerun", "x"]],
    [["a", "--seed", "1"]],
    [["a", "--keep"]],
    [["a", "--out", "x"]],
  ])("refuses %j", (argv) => {
    expect(() => parseVerify(argv)).toThrow(/Fix: /);
  });
});
