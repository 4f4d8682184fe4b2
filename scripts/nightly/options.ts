import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { checkout } from "../conformance/plan-run.ts";
import { type CommandHelp, type OptionRow, parseTable } from "../help/command-help.ts";

const words = {
  list: "the jobs, each with the command that runs it",
  matrix: "checks the file, and prints the jobs for strategy.matrix",
  run: "JOB: runs one job; its summary and its exit code are those of the run",
  last: "fetches the history that the last night left, with gh",
  report: "compares the reports of all jobs with the night before, and adds this night to the history",
  issues: "opens or updates an issue for each entry of which a verdict has changed, with gh",
};

const rows = [
  {
    name: "file",
    value: "FILE",
    help: "Which engines, versions and profiles. Default: suites/nightly.yaml.",
  },
  {
    name: "night",
    value: "DATE",
    help: "As in 2026-11-22; also the seed of the runs. Default: today (UTC).",
  },
  { name: "out", value: "DIR", help: "Default: out/nightly." },
  { name: "branch", value: "NAME", help: "last: whose nights. Default: GITHUB_REF_NAME, else main." },
  { name: "dry-run", help: "issues: print what would be asked of gh, and ask nothing." },
] as const satisfies readonly OptionRow[];

export const nightlyHelp: CommandHelp = {
  name: "nightly",
  usage: "COMMAND [options]",
  about: "What the steps of .github/workflows/nightly.yaml call. Each works by hand too.",
  words,
  options: rows,
  more: `Outputs and summaries go to the files that a workflow names (GITHUB_OUTPUT, GITHUB_STEP_SUMMARY); elsewhere they are
printed.`,
  examples: [
    ["list", "The jobs of a night."],
    ["run kube-vip-v0.8.5 --night 2026-11-22", "One of them, as it was run in that night."],
    ["issues --dry-run", "What would be told on GitHub."],
  ],
  exitCodes: {
    0: "done; run: conformant",
    1: "run: not conformant",
    2: "could not be done, or told",
    64: "bad arguments",
    130: "run: interrupted",
  },
};

const commandNames = ["list", "matrix", "run", "last", "report", "issues"] as const;
type NightlyCommand = (typeof commandNames)[number];

/** The command line of `nightly`. */
export interface NightlyOptions {
  readonly command: NightlyCommand;
  /** Of `run`. */
  readonly job?: string;
  readonly file: string;
  readonly night: string;
  readonly out: string;
  readonly branch: string;
  readonly dryRun: boolean;
}

const bad = (what: string, fix: string): HarnessError =>
  new HarnessError("args/bad-value", `${what}\nFix: ${fix}`);

function isDate(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function readArgs(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    options: parseTable(rows),
    allowPositionals: true,
  });
}

/**
 * @param today - a date
 * @throws {HarnessError} `args/unknown-option`, `args/bad-value`
 */
export function parseNightlyOptions(
  argv: readonly string[],
  today: string,
  env: NodeJS.ProcessEnv = process.env,
): NightlyOptions {
  let parsed: ReturnType<typeof readArgs>;
  try {
    parsed = readArgs(argv);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError("args/unknown-option", `${what}\nFix: --help lists the options.`, { cause });
  }
  const { values, positionals } = parsed;
  const command = commandNames.find((name) => name === positionals[0]);
  const names = commandNames.join(", ");
  if (command === undefined)
    throw bad(`"${positionals[0] ?? ""}" is no command of the nightly.`, `give one of ${names}.`);
  const [, job, ...more] = positionals;
  if (command === "run" ? job === undefined || more.length > 0 : job !== undefined)
    throw bad(
      command === "run" ? "run takes one job." : `${command} takes no further word.`,
      "`npm run nightly -- list` shows the jobs.",
    );
  const night = values.night ?? today;
  if (!isDate(night)) throw bad(`--night "${night}" is no date.`, "write it as in 2026-11-22.");
  return {
    command,
    ...(job === undefined ? {} : { job }),
    file: resolve(checkout, values.file ?? join("suites", "nightly.yaml")),
    night,
    out: resolve(checkout, values.out ?? join("out", "nightly")),
    branch: values.branch ?? (env["GITHUB_REF_NAME"] || "main"),
    dryRun: values["dry-run"] === true,
  };
}
