import fc from "fast-check";
import { expect, it } from "vitest";
import { parseOptions } from "../../harness/run/options.ts";
import { parsePower, powerHelp } from "./options.ts";

const parse = (text: string): ReturnType<typeof parsePower> => parsePower(text.split(" ").filter(Boolean));

it.each([
  ["--engine kube-proxy", 600_000],
  ["--engine kube-proxy --time 90s", 90_000],
  ["--time=10m --engine kube-proxy", 600_000],
  ["--engine kube-proxy --time 1h", 3_600_000],
])("reads %s", (text, timeMs) => {
  const { options, problems } = parse(text);
  expect(problems).toEqual([]);
  expect(options?.timeMs).toBe(timeMs);
});

it("passes on what a conformance run understands", () => {
  const { options } = parse(
    "--engine kube-vip@v0.8.5 --scenario a* --scenario b --seed 7 --clusters 1 --engine-binary ./x --engine-option a=b --profile p --out o --control-plane build --as-root",
  );
  const passed = parseOptions(options?.argv ?? []);
  expect(passed.problems).toEqual([]);
  expect(passed.options).toMatchObject({
    scenarios: ["a*", "b"],
    seed: 7,
    clusters: 1,
    engineOptions: { a: "b" },
    profile: "p",
    out: "o",
    controlPlane: "build",
    asRoot: true,
    crashPoints: "none",
    power: false,
  });
  expect(passed.options.engines).toHaveLength(1);
  expect(passed.options.engineBinaries).toHaveLength(1);
});

it.each([
  ["", "args/bad-value", "0 engines"],
  ["--engine a --engine b", "args/bad-value", "2 engines"],
  ["--engine a --time 10", "args/bad-value", '"10"'],
  ["--engine a --time 2s", "args/bad-value", '"2s"'],
  ["--engine a --time 25h", "args/bad-value", '"25h"'],
  ["--engine a --time -5m", "args/unknown-option", "--time"],
  ["--engine a --resume x", "args/unknown-option", "--resume"],
  ["--engine a b", "args/unknown-option", "b"],
])("rejects %j", (text, code, told) => {
  const { problems } = parse(text);
  expect(problems.map((problem) => problem.code)).toEqual([code]);
  expect(problems[0]?.message).toContain(told);
});

it("never throws, whatever is written", () => {
  const word = fc.oneof(fc.string(), fc.constantFrom("--engine", "--time", "--as-root", "--", "10m"));
  fc.assert(
    fc.property(fc.array(word), (argv) => {
      parsePower(argv);
    }),
  );
});

it("says in its help how the time is divided", () => {
  expect(powerHelp.about).toContain("equal third");
});
