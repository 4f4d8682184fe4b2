import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderCommandHelp } from "../help/command-help.ts";
import { figures } from "./figures.ts";
import { benchHelp, parseBenchOptions } from "./options.ts";

function parse(line: string): ReturnType<typeof parseBenchOptions> {
  return parseBenchOptions(line.split(" ").filter(Boolean), figures);
}
const namesOf = (line: string): readonly string[] => parse(line).options.figures.map(({ name }) => name);

describe("parseBenchOptions", () => {
  it("measures everything but the long figures by default, and those too with --full", () => {
    expect(namesOf("")).not.toContain("default-profile");
    expect(namesOf("--full")).toEqual(figures.map(({ name }) => name));
    expect(namesOf("")).toHaveLength(figures.length - 1);
  });

  it("measures what --only names, long or not, in the usual order", () => {
    expect(namesOf("--only default-profile")).toEqual(["default-profile"]);
    expect(namesOf("--only=Snapshot --only cluster-start")).toEqual(["cluster-start", "snapshot"]);
  });

  it("reads the rest", () => {
    const { options, problems } = parse("--repeat 3 --out /tmp/x --as-root");
    expect(problems).toEqual([]);
    expect(options).toMatchObject({ repetitions: 3, out: "/tmp/x", asRoot: true });
    expect(parse("").options).toMatchObject({ out: "out/bench", asRoot: false });
    expect(parse("").options).not.toHaveProperty("repetitions");
  });

  it.each([
    ["--only cluster-strat", "args/bad-value", 'Did you mean "cluster-start"'],
    ["--only", "args/bad-value", "has no value"],
    ["--only --full", "args/bad-value", "has no value"],
    ["--repeat=-3", "args/bad-value", "no whole number from 1"],
    ["--repeat 0", "args/bad-value", "no whole number from 1"],
    ["--repeat 1.5", "args/bad-value", "no whole number from 1"],
    ["--repeat 2 --repeat 3", "args/bad-value", "more than once"],
    ["--out=", "args/bad-value", "has no value"],
    ["--full=yes", "args/bad-value", "takes no value"],
    ["--ful", "args/unknown-option", 'Did you mean "full"'],
    ["snapshot", "args/unknown-option", 'unexpected argument "snapshot"'],
  ])("rejects %s", (line, code, text) => {
    const { problems } = parse(line);
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(problems[0]?.message).toContain(text);
  });

  it("tells every problem at once", () => {
    expect(parse("--only nothing --repeat x --wrong").problems).toHaveLength(3);
  });

  it("never throws, whatever is written", () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom("--only", "--repeat", "--full", "--", "-x", "--no-full", "snapshot"),
    );
    fc.assert(
      fc.property(fc.array(word), (argv) => {
        parseBenchOptions(argv, figures);
      }),
    );
  });
});

describe("benchHelp", () => {
  it("names every figure and every exit code", () => {
    const help = renderCommandHelp(benchHelp(figures));
    for (const { name } of figures) expect(help).toContain(name);
    for (const code of ["0 ", "1 ", "2 ", "64 ", "130 "]) expect(help).toContain(`\n  ${code}`);
  });
});
