import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { packagedHelps } from "../help/packaged.ts";
import { completed } from "./complete.ts";
import { shells } from "./shells.ts";

const known = {
  profile: ["default", "egress-snat", "service-rules"],
  engine: ["kube-proxy", "reference"],
  faults: ["kill", "term"],
};
const commands = completed(packagedHelps, known);
const script = (shell: string): string => shells[shell]?.(commands) ?? "";

/** What a real bash offers behind these words; as in a terminal, it takes `=` for a word of its own. */
function complete(line: string): readonly string[] {
  const words = line.split(/ |(=)/).filter((word) => word !== undefined);
  const argv = words.map((word) => `'${word}'`).join(" ");
  const program = `${script("bash")}
COMP_WORDS=(${argv}); COMP_CWORD=${words.length - 1}; _leakproof; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync("bash", ["--norc", "-euc", program], { encoding: "utf8" });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout.split("\n").filter(Boolean);
}

describe("bash", () => {
  test.each([
    ["leakproof co", ["conformance", "compare", "corpus", "completion"]],
    ["leakproof conformance --pro", ["--profile", "--provider"]],
    ["leakproof conformance --profile ", ["default", "egress-snat", "service-rules"]],
    ["leakproof conformance --profile e", ["egress-snat"]],
    ["leakproof conformance --profile=e", ["egress-snat"]],
    ["leakproof conformance --profile=", ["default", "egress-snat", "service-rules"]],
    ["leakproof conformance --seed 7 --control-plane d", ["download"]],
    ["leakproof conformance --crash-points ", ["all", "none"]],
    ["leakproof power --engine r", ["reference"]],
    ["leakproof audit --format ", ["table", "json", "yaml", "markdown", "html"]],
    ["leakproof completion ", ["bash", "zsh", "fish"]],
    ["leakproof completion bash ", []],
    // Nothing is offered, so that bash completes paths.
    ["leakproof verify ou", []],
    ["leakproof verify --key ", []],
    ["leakproof nothing --", []],
  ])("%s", (line, expected) => {
    expect(complete(line)).toEqual(expected);
  });

  test("every option of every command", () => {
    for (const { name, options } of packagedHelps) {
      const flags = new Set([...options.map((option) => `--${option.name}`), "--help"]);
      expect(new Set(complete(`leakproof ${name} --`))).toEqual(flags);
    }
  });
});

test.each(["zsh", "fish"])("%s: commands, options, words, and no quote that is left open", (shell) => {
  const text = script(shell);
  for (const { name, options } of packagedHelps) {
    expect(text).toContain(name);
    for (const option of options) expect(text).toContain(option.name);
  }
  expect(text).toContain("egress-snat");
  for (const line of text.split("\n")) expect((line.match(/'/g)?.length ?? 0) % 2, line).toBe(0);
});
