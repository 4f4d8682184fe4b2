import { parseArgs } from "node:util";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { assertNoProblems } from "../../harness/errors/problems.ts";
import { optionRows } from "../../harness/run/option-table.ts";
import { parseWhole } from "../../harness/run/option-values.ts";
import { type CommandHelp, type OptionRow, parseTable } from "../help/command-help.ts";

/** Options that are those of a conformance run, and one of its own. */
const options = [
  { name: "times", value: "N", help: "How often, 1 to 1000. Default: 1." },
  {
    name: "engine",
    value: "NAME[@VERSION][/VARIANT]",
    help: "Another version, or the file of an engine of one's own. Default: as recorded.",
  },
  {
    name: "engine-binary",
    value: "PATH",
    help: "The engine's program. Default: the one of the run, where it still is.",
  },
  { name: "engine-image", value: "IMAGE", help: "Its image in place of a program." },
  ...optionRows("clusters", "out", "control-plane", "as-root", "keep"),
] as const satisfies readonly OptionRow[];

export const replayHelp: CommandHelp = {
  name: "replay",
  usage: "PLAN [options]",
  about: `Runs the plan of an attempt again, with the same names, addresses and faults, and compares verdict and findings
with those that were recorded. PLAN is the directory of an attempt (out/RUN-ID/attempts/ID), or its plan.json.`,
  options,
  examples: [
    ["out/20261122T114611Z-7/attempts/reference-default.egress-service-deleted", "The attempt once more."],
    [
      "out/RUN-ID/attempts/ID/plan.json --times 5 --engine kube-vip@v0.8.5 --engine-binary ./kube-vip",
      "Five times with another release: whether that one has the finding too.",
    ],
  ],
  exitCodes: {
    0: "the same every time",
    1: "different",
    2: "could not tell",
    64: "bad arguments",
    130: "interrupted",
  },
};

/** The command line of `replay`. */
export interface ReplayOptions {
  /** As given. */
  readonly plan: string;
  readonly times: number;
  readonly engine?: string;
  readonly hasBinary: boolean;
  /** For the command line of a conformance run; without `--engine`. */
  readonly rest: readonly string[];
}

const maxTimes = 1_000;

/** @throws {HarnessProblems | HarnessError} `args/unknown-option`, `args/bad-value` */
export function parseReplay(argv: readonly string[]): ReplayOptions {
  const read = () => parseArgs({ args: [...argv], options: parseTable(options), allowPositionals: true });
  let parsed: ReturnType<typeof read>;
  try {
    parsed = read();
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError("args/unknown-option", `${what}\nFix: --help lists the options of replay.`, {
      cause,
    });
  }
  const { values, positionals } = parsed;
  const times = values.times === undefined ? 1 : parseWhole("times", values.times, 1, maxTimes);
  const [plan, ...others] = positionals;
  const problems = times instanceof HarnessError ? [times] : [];
  if (plan === undefined || others.length > 0) {
    const what = plan === undefined ? "no plan is given." : `${positionals.length} plans are given.`;
    problems.push(
      new HarnessError("args/bad-value", `${what}\nFix: give one: npm run replay -- out/RUN-ID/attempts/ID.`),
    );
  }
  assertNoProblems(problems);
  const { times: _, engine, ...given } = values;
  const rest = Object.entries(given).map(([name, value]) =>
    value === true ? `--${name}` : `--${name}=${String(value)}`,
  );
  return {
    plan: plan ?? "",
    times: times instanceof HarnessError ? 1 : times,
    ...(engine === undefined ? {} : { engine }),
    hasBinary: values["engine-binary"] !== undefined || values["engine-image"] !== undefined,
    rest,
  };
}
