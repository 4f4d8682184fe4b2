import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} Command
 * @property {string} summary
 * @property {true} [isOfCheckout] works on the checkout, in its folder; the published package does not have it
 * @property {"ensure" | "find" | "none"} hostTools whether they must be there, are only looked for, or do not matter
 * @property {(args: readonly string[]) => readonly (readonly string[])[]} steps programs for Node, each with its arguments; all are run
 */

/**
 * @param {readonly string[]} args
 * @returns {boolean}
 */
export function asksForHelp(args) {
  return args.includes("--help") || args.includes("-h");
}

const vitest = ["node_modules/vitest/vitest.mjs", "run"];

const checks = [
  ["node_modules/typescript/bin/tsc"],
  ["node_modules/typescript/bin/tsc", "-p", "report/page/view"],
  ["node_modules/oxlint/bin/oxlint"],
  ["node_modules/@biomejs/biome/bin/biome", "format"],
  ["node_modules/knip/bin/knip.js"],
  ["scripts/lint-workflows.ts"],
];

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
  verify: {
    summary: "whether a report follows from its evidence, offline",
    hostTools: "find",
    steps: (args) => [["scripts/verify.ts", ...args]],
  },
  merge: {
    summary: "join the parts of a run that several machines shared",
    hostTools: "none",
    steps: (args) => [["scripts/merge.ts", ...args]],
  },
  compare: {
    summary: "what changed between two reports: new, fixed, still there",
    hostTools: "none",
    steps: (args) => [["scripts/compare.ts", ...args]],
  },
  page: {
    summary: "make report.html of a run again",
    hostTools: "none",
    steps: (args) => [["scripts/page.ts", ...args]],
  },
  power: {
    summary: "what kills after every kernel write find, beside kills at random times",
    hostTools: "ensure",
    steps: (args) => [["scripts/power.ts", ...args]],
  },
  corpus: {
    summary: "run the plans of known upstream bugs, and compare with what is expected",
    hostTools: "ensure",
    steps: (args) => [["scripts/corpus.ts", ...args]],
  },
  test: {
    isOfCheckout: true,
    summary: "this project's own tests",
    hostTools: "ensure",
    steps: (args) => [
      asksForHelp(args)
        ? ["scripts/help.ts", "test"]
        : [...vitest, "--project", "unit", "--project", "integration", ...args],
    ],
  },
  doctor: {
    summary: "what this machine can run, and what repairs the rest",
    hostTools: "find",
    steps: (args) => [["scripts/doctor.ts", ...args]],
  },
  audit: {
    summary: "what engines left behind on a live node, or in a snapshot of one",
    hostTools: "find",
    steps: (args) => [["scripts/audit.ts", ...args]],
  },
  snapshot: {
    summary: "save this machine's network state for an audit",
    hostTools: "find",
    steps: (args) => [["scripts/snapshot.ts", ...args]],
  },
  bench: {
    isOfCheckout: true,
    summary: "the figures of the README, as ratios in one run",
    hostTools: "ensure",
    steps: (args) => [["scripts/bench.ts", ...args]],
  },
  nightly: {
    isOfCheckout: true,
    summary: "the steps of the nightly, each by hand too",
    hostTools: "none",
    steps: (args) => [["scripts/nightly.ts", ...args]],
  },
  action: {
    isOfCheckout: true,
    summary: "what the GitHub action runs, from its inputs in the environment",
    hostTools: "none",
    steps: (args) => [["scripts/action.ts", ...args]],
  },
  runner: {
    isOfCheckout: true,
    summary: "open what a hosted CI runner keeps shut, by sudo",
    hostTools: "none",
    steps: (args) => [["scripts/runner.ts", ...args]],
  },
  sweep: {
    summary: "remove what killed runs left on this machine, and old runs",
    hostTools: "none",
    steps: (args) => [["scripts/sweep.ts", ...args]],
  },
  attest: {
    summary: "sign a report with a key of one's own",
    hostTools: "none",
    steps: (args) => [["scripts/attest.ts", ...args]],
  },
  completion: {
    summary: "print the completion script of a shell",
    hostTools: "none",
    steps: (args) => [["scripts/completion.ts", ...args]],
  },
  docs: {
    isOfCheckout: true,
    summary: "write the pages that are made from profiles and reports",
    hostTools: "none",
    steps: (args) => [["scripts/docs.ts", ...args]],
  },
  "check-reports": {
    isOfCheckout: true,
    summary: "the check of a pull request with reports",
    hostTools: "none",
    steps: (args) => [["scripts/check-reports.ts", ...args]],
  },
  package: {
    isOfCheckout: true,
    summary: "compile what npm pack packs",
    hostTools: "none",
    steps: (args) => [["scripts/package.ts", ...args]],
  },
  "kind:node-image": {
    isOfCheckout: true,
    summary: "make kind's node image, without a registry",
    hostTools: "none",
    steps: (args) => [["scripts/kind-node-image.ts", ...args]],
  },
  "test:kind": {
    isOfCheckout: true,
    summary: "this project's tests on real clusters of kind",
    hostTools: "ensure",
    steps: (args) =>
      asksForHelp(args)
        ? [["scripts/help.ts", "test:kind"]]
        : [["scripts/kind-node-image.ts"], [...vitest, "--project", "kind", ...args]],
  },
  check: {
    isOfCheckout: true,
    summary: "types, lint, format, unused code, workflows",
    hostTools: "none",
    steps: (args) => (asksForHelp(args) ? [["scripts/help.ts", "check"]] : checks),
  },
};

/**
 * The commands that are here: the published package lacks those that work on the checkout.
 *
 * @param {boolean} isCheckout
 * @returns {Readonly<Record<string, Command>>}
 */
export function commandsOf(isCheckout) {
  const entries = Object.entries(commands).filter(([, { isOfCheckout }]) => isCheckout || !isOfCheckout);
  return Object.fromEntries(entries);
}

/**
 * @param {string} root of the checkout, or of the compiled package
 * @param {string} runtime path of Node
 * @param {readonly string[]} step
 * @returns {readonly string[]} the command line
 */
export function stepArgv(root, runtime, [program = "", ...args]) {
  const path = join(root, program);
  return [runtime, existsSync(path) ? path : path.replace(/\.ts$/, ".js"), ...args];
}

/**
 * @param {boolean} isCheckout
 * @returns {string}
 */
export function usage(isCheckout) {
  const lines = Object.entries(commandsOf(isCheckout)).map(
    ([name, { summary }]) => `  ${name.padEnd(13)} ${summary}`,
  );
  const [form, help, repository] = isCheckout
    ? ["npm run COMMAND [-- options]", "npm run COMMAND -- --help", ""]
    : [
        "npx leakproof COMMAND [options]",
        "npx leakproof COMMAND --help",
        "\nNode 24 is fetched where this machine's is older; etcd and kube-apiserver at the first run.\n",
      ];
  return `Usage: ${form}

A chaos and conformance suite for Kubernetes rule engines: proves that no kernel rule leaks.

Commands:
${lines.join("\n")}

Each says more: ${help}
${repository}`;
}
