import { parseArgs } from "node:util";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { optionRows } from "../../harness/run/option-table.ts";
import { type CommandHelp, type OptionRow, parseTable } from "../help/command-help.ts";

/** Options that are those of a conformance run. */
const passed = optionRows(
  "engine",
  "engine-binary",
  "engine-image",
  "engine-option",
  "profile",
  "scenario",
  "clusters",
  "seed",
  "out",
  "control-plane",
  "as-root",
);
const options = [
  { name: "time", value: "DURATION", help: "Of all three ways together: 90s, 10m, 1h. Default: 10m." },
  ...passed,
] as const satisfies readonly OptionRow[];

export const powerHelp: CommandHelp = {
  name: "power",
  usage: "--engine NAME[@VERSION][/VARIANT] [options]",
  about: `Kills one engine in three ways, and shows which finds more: after every kernel write, at every write to the API, and
at random times. An attempt is a scenario with one kill; the engine is started again at once, or after the next step's
operations. What attempts without a kill find is taken away; findings are distinct by what is wrong, where, in which step.

Each way gets an equal third of the time. They take turns, attempt by attempt, on the same clusters: whoever had the
least time so far is next. Before that, and not counted, every scenario is run twice without a kill, once to see every
write. Each way's kills come in an order that the seed decides, one scenario after the other. For a random time a step
is drawn, then a time between its operations and when it had settled, then when the engine is started again.`,
  options,
  more: `Prints a table and every finding with the ways that came upon it. The run's directory has power.svg (distinct findings
over attempts and over time), power.json (every attempt), and the plan of each attempt that found something first, for
npm run replay. It judges nobody: see npm run conformance for that.`,
  examples: [
    ["--engine reference --time 5m --seed 7", "The reference engine, five minutes in all."],
    [
      "--engine kube-vip@v0.8.5 --engine-binary ./kube-vip --profile egress-snat --scenario 'egress-endpoint-*'",
      "A release of kube-vip in some scenarios.",
    ],
  ],
  exitCodes: {
    0: "all three ways were run",
    2: "could not tell",
    64: "bad arguments",
    130: "interrupted, with what there was by then",
  },
};

/** The command line of `power`. */
export interface PowerOptions {
  /** Of all ways together, in ms. */
  readonly timeMs: number;
  /** For the command line of a conformance run. */
  readonly argv: readonly string[];
}

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** Parses `90s`, `10m`, `1h`: a second a way at least, a day in all at most. */
function parseTime(text: string): number | HarnessError {
  const groups = /^(?<count>\d{1,6})(?<unit>[smh])$/.exec(text)?.groups;
  const ms = Number(groups?.["count"]) * (unitsMs[groups?.["unit"] ?? ""] ?? Number.NaN);
  if (ms >= 3_000 && ms <= 24 * 3_600_000) return ms;
  return new HarnessError(
    "args/bad-value",
    `--time "${text}" cannot be read.\nFix: give seconds, minutes or hours, 3s to 24h, as in 10m.`,
  );
}

function wordsOf(name: string, value: string | boolean | readonly (string | boolean)[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each: string | boolean) => wordsOf(name, each));
  return [value === true ? `--${name}` : `--${name}=${String(value)}`];
}

/** Parses the arguments of `power`. What is passed on is looked at by whoever reads it. */
export function parsePower(argv: readonly string[]): {
  /** Absent where the form is wrong. */
  readonly options?: PowerOptions;
  readonly problems: readonly HarnessError[];
} {
  const read = () => parseArgs({ args: [...argv], options: parseTable(options) });
  let values: ReturnType<typeof read>["values"];
  try {
    ({ values } = read());
  } catch (thrown) {
    const what = thrown instanceof Error ? thrown.message : String(thrown);
    const problem = new HarnessError(
      "args/unknown-option",
      `${what}\nFix: --help lists the options of power.`,
      { cause: thrown },
    );
    return { problems: [problem] };
  }
  const { time = "10m", ...given } = values;
  const timeMs = parseTime(time);
  const problems = timeMs instanceof HarnessError ? [timeMs] : [];
  if (values.engine?.length !== 1) {
    const what = `${values.engine?.length ?? 0} engines are given.`;
    const fix = "give one: npm run power -- --engine kube-vip@v0.8.5.";
    problems.push(new HarnessError("args/bad-value", `${what}\nFix: ${fix}`));
  }
  const words = Object.entries(given).flatMap(([name, value]) => wordsOf(name, value));
  return {
    options: {
      timeMs: timeMs instanceof HarnessError ? 0 : timeMs,
      argv: [...words, "--crash-points=none", "--no-power"],
    },
    problems,
  };
}
