import type { CommandHelp } from "./command-help.ts";

// Commands that work on the checkout, with a program of few lines or a tool's own.

export const testHelp: CommandHelp = {
  name: "test",
  usage: "[FILTER...] [options]",
  about: `Runs this project's own tests by vitest: those that need nothing, and those that need a kernel and a control plane. FILTER
is a part of a path; every option of vitest works.`,
  options: [
    {
      name: "project",
      value: "suites",
      help: "The slow ones too: whole runs, mutants, the page in a browser.",
    },
  ],
  examples: [
    ["", "Unit and integration tests."],
    ["harness/oracle", "Those below that folder."],
    ["--project suites report/page", "The page in Chromium, beside its other tests."],
  ],
  exitCodes: { 0: "all passed", 1: "one failed, or none was found" },
};

export const checkHelp: CommandHelp = {
  name: "check",
  usage: "",
  about: "Types, lint, format, unused code, workflows: all are run, whatever the first ones say.",
  options: [],
  examples: [["", "Before every commit, with npm test."]],
  exitCodes: { 0: "nothing to say", 1: "something, which was printed" },
};

export const kindNodeImageHelp: CommandHelp = {
  name: "kind:node-image",
  usage: "[options]",
  about: `Makes the node image of kind without a registry, from Debian's packages and the pinned Kubernetes modules, and
keeps it in the cache. Does nothing where it is there already. Needs docker, Go, and for the first time root.
Prints the image's name on stdout.`,
  options: [
    {
      name: "mirror",
      value: "URL",
      help: "Where Debian's packages come from. Default: http://deb.debian.org/debian.",
    },
    { name: "cached", help: "Only say whether it is there." },
  ],
  examples: [
    ["", "The image, made where it is not there yet: 20 minutes, once."],
    ["--cached", "Whether npm run test:kind could begin at once."],
  ],
  exitCodes: {
    0: "it is there",
    2: "it is not, or could not be made",
    64: "bad arguments",
  },
};

export const testKindHelp: CommandHelp = {
  name: "test:kind",
  usage: "[FILTER...] [options]",
  about: `Runs this project's tests on real clusters of kind by vitest, and makes the node image first where it is not there.
FILTER is a part of a path; every option of vitest works. docs/kind.md says what it needs.`,
  options: [],
  examples: [["", "All of them."]],
  exitCodes: { 0: "all passed", 1: "one failed, or none was found", 2: "there is no node image" },
};

export const docsHelp: CommandHelp = {
  name: "docs",
  usage: "",
  about:
    "Writes the pages that are made from profiles, scenarios and reports: docs/spec/, reports/README.md and badges.",
  options: [],
  examples: [["", "After a change of a profile, a scenario or a stored report."]],
  exitCodes: { 0: "written", 2: "could not be written", 64: "bad arguments" },
};

export const packageHelp: CommandHelp = {
  name: "package",
  usage: "",
  about: `Compiles what npm pack packs into dist/: Node does not strip types of what lies in node_modules. npm pack and npm publish
run it by themselves. Nothing in the checkout uses dist/.`,
  options: [],
  examples: [
    ["", "npm pack then makes a tarball of it: npm install leakproof-0.1.0.tgz; npx leakproof doctor."],
  ],
  exitCodes: { 0: "compiled", 2: "could not be compiled", 64: "bad arguments" },
};

export const actionHelp: CommandHelp = {
  name: "action",
  usage: "",
  about: `What action.yml runs: a conformance run with the inputs of the step as options (INPUT_ENGINE, INPUT_PROFILE, ...), its
outputs in GITHUB_OUTPUT, its summary in GITHUB_STEP_SUMMARY; elsewhere these are printed. docs/ci.md has the inputs.`,
  options: [],
  examples: [["", "With INPUT_ENGINE=reference in the environment: judges the reference engine."]],
  exitCodes: {
    0: "conformant",
    1: "not conformant",
    2: "could not tell",
    64: "bad inputs",
    130: "interrupted",
  },
};

export const runnerHelp: CommandHelp = {
  name: "runner",
  usage: "",
  about: `Opens what a hosted CI runner keeps shut: unprivileged user namespaces, and kernel modules. By sudo, without a password; what
cannot be opened is printed and left.`,
  options: [],
  examples: [["", "Before the first run on an Ubuntu 24.04 runner."]],
  exitCodes: { 0: "done, as far as it could be", 64: "bad arguments" },
};

export const checkReportsHelp: CommandHelp = {
  name: "check-reports",
  usage: "[FOLDER...] [--base REVISION]",
  about: `The check that a pull request with reports goes through: the layout, the README, and npm run verify on each folder.
Without folders, those below reports/ that are not as in REVISION.`,
  options: [{ name: "base", value: "REVISION", help: "What is in there already. Default: origin/main." }],
  examples: [
    ["", "What this branch adds."],
    ["route-table-1.1.0/acme-router/v2.1.0", "One folder."],
  ],
  exitCodes: { 0: "all can be taken in", 1: "one cannot", 64: "bad arguments" },
};
