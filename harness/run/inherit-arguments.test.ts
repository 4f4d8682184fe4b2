import { describe, expect, it } from "vitest";
import { inheritArguments } from "./inherit-arguments.ts";
import { parseOptions } from "./options.ts";

const words = (line: string): readonly string[] => (line === "" ? [] : line.split(" "));
const inherit = (before: string, now: string): string =>
  inheritArguments(words(before), words(now)).join(" ");

describe("inheritArguments", () => {
  it("takes everything over that is about what is run", () => {
    expect(
      inherit("--engine a --engine=b --seed 7 --as-root --scenario x-* --baseline r.yaml", "--resume out/1"),
    ).toBe("--engine=a --engine=b --seed=7 --as-root --scenario=x-* --baseline=r.yaml");
  });

  it("lets what is given anew stand in place of it, all of its values", () => {
    expect(
      inherit("--engine-binary a --engine-binary b --clusters 1", "--engine-binary c --clusters=4"),
    ).toBe("--engine-binary=c --clusters=4");
    expect(inherit("--only-failed out/1 --engine a", "--only-failed out/2")).toBe(
      "--engine=a --only-failed=out/2",
    );
  });

  it("leaves out what was about that invocation alone", () => {
    expect(inherit("--out o --keep --list --bisect --help --resume x --engine a", "")).toBe("--engine=a");
  });

  it("keeps values that look like options or have signs of their own", () => {
    const argv = inheritArguments(["--out=-x", "--engine-option", "a=b=c", "--engine-option", "d="], []);
    expect(parseOptions(argv, () => 1)).toMatchObject({
      problems: [],
      options: { engineOptions: { a: "b=c", d: "" }, out: "out" },
    });
  });
});
