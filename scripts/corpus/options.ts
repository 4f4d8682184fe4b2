import { parseArgs } from "node:util";
import { HarnessError } from "../../harness/errors/harness-error.ts";

export const corpusHelp = `Usage: npm run corpus -- [options]

Runs the plans of engines/*/known-issues.yaml on real programs, and compares what is found with what is expected:
on a version with the issue its finding is there, on one without it that finding is absent while the engine lives.
A mismatch in either direction fails.

  --engine NAME           only issues of this engine. Repeatable. Default: all engines that have some
  --versions V,V          only plans of these versions. Default: all that a plan names
  --issue GLOB            only issues whose ids match (* and ?). Repeatable
  --file FILE             this file instead of engines/*/known-issues.yaml. Repeatable
  --list                  print the plans, whether each was run, and what there is no plan for; and end
  --seed N, --clusters N, --out DIR, --engine-binary [NAME@VERSION=]PATH, --engine-image [NAME@VERSION=]IMAGE,
  --control-plane SOURCE, --guest-kernel PATH, --as-root
                          as for npm run conformance. Programs are looked for in the directory LEAKPROOF_ENGINES too
  --help                  this text

Examples:
  npm run corpus -- --list
  npm run corpus -- --engine kube-router --versions v2.1.3,v2.2.1
  npm run corpus -- --engine kube-vip --issue 'egress-*'

Exit codes: 0 all as expected, 1 something is not, 2 could not tell of something, 64 bad arguments, 130 interrupted.
`;

/** Options that are those of a conformance run. */
const passed = {
  "engine-binary": { type: "string", multiple: true },
  "engine-image": { type: "string", multiple: true },
  seed: { type: "string" },
  clusters: { type: "string" },
  out: { type: "string" },
  "control-plane": { type: "string" },
  "guest-kernel": { type: "string" },
  "as-root": { type: "boolean" },
} as const;

const own = {
  engine: { type: "string", multiple: true },
  versions: { type: "string" },
  issue: { type: "string", multiple: true },
  file: { type: "string", multiple: true },
  list: { type: "boolean" },
} as const;

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
  const read = () => parseArgs({ args: [...argv], options: { ...passed, ...own } });
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
