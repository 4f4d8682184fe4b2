import { parseArgs } from "node:util";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { optionRows } from "../../harness/run/option-table.ts";
import { type CommandHelp, type OptionRow, parseTable } from "../help/command-help.ts";

/** Options that are those of a conformance run. */
const passed = optionRows(
  "engine-binary",
  "engine-image",
  "seed",
  "clusters",
  "out",
  "control-plane",
  "guest-kernel",
  "as-root",
);
const options = [
  {
    name: "engine",
    value: "NAME",
    repeatable: true,
    help: "Only issues of this engine. Default: all engines that have some.",
  },
  { name: "versions", value: "V,V", help: "Only plans of these versions. Default: all that a plan names." },
  { name: "issue", value: "GLOB", repeatable: true, help: "Only issues whose ids match (* and ?)." },
  {
    name: "file",
    value: "FILE",
    repeatable: true,
    help: "This file instead of engines/*/known-issues.yaml.",
  },
  {
    name: "list",
    help: "Print the plans, whether each was run, and what there is no plan for; and end.",
  },
  ...passed,
] as const satisfies readonly OptionRow[];

export const corpusHelp: CommandHelp = {
  name: "corpus",
  usage: "[options]",
  about: `Runs the plans of engines/*/known-issues.yaml on real programs, and compares what is found with what is expected:
on a version with the issue its finding is there, on one without it that finding is absent while the engine lives.
A mismatch in either direction fails. Programs are looked for in the directory LEAKPROOF_ENGINES too.`,
  options,
  examples: [
    ["--list", "The plans."],
    ["--engine kube-router --versions v2.1.3,v2.2.1", "Both sides of a repair."],
    ["--engine kube-vip --issue 'egress-*'", "Some issues of one engine."],
  ],
  exitCodes: {
    0: "all as expected",
    1: "something is not",
    2: "could not tell of something",
    64: "bad arguments",
    130: "interrupted",
  },
};

/** The command line of `corpus`. */
export interface CorpusOptions {
  /** Empty: all. */
  readonly engines: readonly string[];
  /** Empty: all. */
  readonly versions: readonly string[];
  /** Globs over ids; empty: all. */
  readonly issues: readonly string[];
  /** Empty: those of this project. */
  readonly files: readonly string[];
  readonly list: boolean;
  /** What `--engine-binary` and `--engine-image` gave. */
  readonly programs: readonly (readonly [option: string, value: string])[];
  /** For the command line of a conformance run. */
  readonly rest: readonly string[];
}

/** @throws {HarnessError} `args/unknown-option`, `args/bad-value` */
export function parseCorpus(argv: readonly string[]): CorpusOptions {
  const read = () => parseArgs({ args: [...argv], options: parseTable(options) });
  let values: ReturnType<typeof read>["values"];
  try {
    ({ values } = read());
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError("args/unknown-option", `${what}\nFix: --help lists the options of corpus.`, {
      cause,
    });
  }
  const { engine, versions, issue, file, list, ...more } = values;
  const { "engine-binary": binaries = [], "engine-image": images = [], ...given } = more;
  const named = versions?.split(",").map((text) => text.trim()) ?? [];
  if (named.some((text) => text === ""))
    throw new HarnessError(
      "args/bad-value",
      `--versions "${versions}" names an empty version.\nFix: write them as in --versions v2.1.3,v2.2.1.`,
    );
  return {
    engines: engine ?? [],
    versions: named,
    issues: issue ?? [],
    files: file ?? [],
    list: list === true,
    programs: [
      ...binaries.map((text) => ["--engine-binary", text] as const),
      ...images.map((text) => ["--engine-image", text] as const),
    ],
    rest: Object.entries(given).map(([name, value]) =>
      value === true ? `--${name}` : `--${name}=${String(value)}`,
    ),
  };
}
