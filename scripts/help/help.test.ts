import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { asCalled } from "../../harness/errors/as-called.ts";
import { parseOptions } from "../../harness/run/options.ts";
import { figures } from "../bench/figures.ts";
import { benchHelp } from "../bench/options.ts";
import { conformanceHelp } from "../conformance/help.ts";
import { nightlyHelp } from "../nightly/options.ts";
import { parsePower, powerHelp } from "../power/options.ts";
import { parseReplay, replayHelp } from "../replay/replay-options.ts";
import { commands, commandsOf, usage } from "../setup/commands.js";
import { parseVerify, verifyHelp } from "../verify/options.ts";
import { type CommandHelp, renderCommandHelp } from "./command-help.ts";
import {
  actionHelp,
  checkHelp,
  checkReportsHelp,
  docsHelp,
  kindNodeImageHelp,
  packageHelp,
  runnerHelp,
  testHelp,
  testKindHelp,
} from "./of-checkout.ts";
import { packagedHelps } from "./packaged.ts";

const helps = [
  ...packagedHelps,
  testHelp,
  testKindHelp,
  kindNodeImageHelp,
  checkHelp,
  docsHelp,
  packageHelp,
  actionHelp,
  runnerHelp,
  checkReportsHelp,
  nightlyHelp,
  benchHelp(figures),
];

test("every command has a help, and every help a command and an npm script", () => {
  expect(helps.map(({ name }) => name).toSorted()).toEqual(Object.keys(commands).toSorted());
  expect(packagedHelps.map(({ name }) => name).toSorted()).toEqual(Object.keys(commandsOf(false)).toSorted());
  const text = readFileSync(join(import.meta.dirname, "../../package.json"), "utf8");
  const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(text));
  for (const { name } of helps) expect(scripts[name]).toBe(`node bin/leakproof.js ${name}`);
});

describe.each(helps)("$name --help", (help: CommandHelp) => {
  const text = renderCommandHelp(help);

  test("usage, options, examples and exit codes", () => {
    expect(text).toMatch(new RegExp(`^Usage: npm run ${help.name}( --|\\n)`));
    expect(text).toMatch(new RegExp(`\nExamples:\n  npm run ${help.name}\\b`));
    expect(text).toMatch(/\nExit codes:\n {2}0 /);
    for (const { name } of help.options) expect(text).toContain(`\n  --${name}`);
    expect(text).toContain("\n  --help\n");
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(125);
  });

  test("as npx calls it, nothing speaks of npm run", () => {
    const called = asCalled(text, true);
    expect(called).toMatch(new RegExp(`^Usage: npx leakproof ${help.name}`));
    expect(called).not.toMatch(/npm run|npx leakproof [a-z-]+ -- /);
  });
});

test.each<[CommandHelp, (argv: readonly string[]) => readonly unknown[]]>([
  [conformanceHelp, (argv) => parseOptions(argv).problems],
  [powerHelp, (argv) => parsePower(argv).problems],
  [verifyHelp, (argv) => (parseVerify(argv), [])],
  [replayHelp, (argv) => (parseReplay(argv), [])],
])("the examples of a help can be parsed: $0.name", ({ examples }, problemsOf) => {
  for (const [args] of examples)
    expect(problemsOf(args.replaceAll("'", "").split(" ").filter(Boolean))).toEqual([]);
});

test("the list of commands, for npm and for npx", () => {
  expect(usage(true)).toContain("Usage: npm run COMMAND [-- options]");
  expect(usage(true)).toMatch(/\n {2}check-reports +the check/);
  expect(usage(false)).toContain("Usage: npx leakproof COMMAND [options]");
  expect(usage(false)).not.toMatch(/npm run|\n {2}(check|test|bench) /);
});
