import { join } from "node:path";

/**
 * @typedef {object} Command
 * @property {string} summary
 * @property {"ensure" | "find" | "none"} hostTools whether they must be there, are only looked for, or do not matter
 * @property {(args: readonly string[]) => readonly (readonly string[])[]} steps programs for Node, each with its arguments; all are run
 */

const vitest = ["node_modules/vitest/vitest.mjs", "run"];

/** @type {Readonly<Record<string, Command>>} */
export const commands = {
  conformance: {
    summary: "judge a rule engine",
    hostTools: "ensure",
    steps: (args) => [["scripts/conformance.ts", ...args]],
  },
  replay: {
    summary: "run a recorded plan again, and compare",
    hostTools: "ensure",
    steps: (args) => [["scripts/replay.ts", ...args]],
  },
  power: {
    summary: "what kills after every kernel write find, beside kills at random times",
    hostTools: "ensure",
    steps: (args) => [["scripts/power.ts", ...args]],
  },
  test: {
    summary: "this project's own tests",
    hostTools: "ensure",
    steps: (args) => [[...vitest, "--project", "unit", "--project", "integration", ...args]],
  },
  doctor: {
    summary: "what this machine can run, and what repairs the rest",
    hostTools: "find",
    steps: (args) => [["scripts/doctor.ts", ...args]],
  },
  nightly: {
    summary: "the steps of the nightly, each by hand too",
    hostTools: "none",
    steps: (args) => [["scripts/nightly.ts", ...args]],
  },
  action: {
    summary: "what the GitHub action runs, from its inputs in the environment",
    hostTools: "none",
    steps: (args) => [["scripts/action.ts", ...args]],
  },
  runner: {
    summary: "open what a hosted CI runner keeps shut, by sudo",
    hostTools: "none",
    steps: (args) => [["scripts/runner.ts", ...args]],
  },
  bench: {
    summary: "the figures of the README, as ratios in one run",
    hostTools: "ensure",
    steps: (args) => [["scripts/bench.ts", ...args]],
  },
  check: {
    summary: "types, lint, format, unused code, workflows",
    hostTools: "none",
    steps: () => [
      ["node_modules/typescript/bin/tsc"],
      ["node_modules/oxlint/bin/oxlint"],
      ["node_modules/@biomejs/biome/bin/biome", "format"],
      ["node_modules/knip/bin/knip.js"],
      ["scripts/lint-workflows.ts"],
    ],
  },
};

/**
 * @param {string} root of the checkout
 * @param {string} runtime path of Node
 * @param {readonly string[]} step
 * @returns {readonly string[]} the command line
 */
export function stepArgv(root, runtime, [program = "", ...args]) {
  return [runtime, join(root, program), ...args];
}

/** @returns {string} */
export function usage() {
  const lines = Object.entries(commands).map(
    ([name, { summary }]) => `  npm run ${name.padEnd(12)} ${summary}`,
  );
  return `Usage: npm run <command> [-- options]\n\n${lines.join("\n")}\n`;
}
