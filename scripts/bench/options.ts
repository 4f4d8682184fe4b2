import { parseArgs } from "node:util";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { adviseName } from "../../harness/run/did-you-mean.ts";
import { parseWhole } from "../../harness/run/option-values.ts";
import { type CommandHelp, type OptionRow, parseTable } from "../help/command-help.ts";
import type { Figure } from "./measure.ts";

/** The command line of `bench`, parsed. */
export interface BenchOptions {
  /** In the order of `figures`. */
  readonly figures: readonly Figure[];
  /** Absent: each figure's own number. */
  readonly repetitions?: number;
  readonly out: string;
  readonly asRoot: boolean;
}

const rows = [
  { name: "only", value: "NAME", repeatable: true, help: "Only that figure." },
  { name: "full", help: "The long figures as well." },
  { name: "repeat", value: "N", help: "So many repetitions of each figure, 1 to 100." },
  { name: "out", value: "DIR", help: "Where the file is written. Default: out/bench." },
  { name: "as-root", help: "Keep root, as npm run conformance -- --as-root does." },
] as const satisfies readonly OptionRow[];
const specs = parseTable(rows);

const optionNames = Object.keys(specs) as readonly (keyof typeof specs)[];

const maxRepetitions = 100;

/** What `--help` tells. */
export function benchHelp(figures: readonly Figure[]): CommandHelp {
  const told = figures.map(
    ({ name, title, isLong }) => `  ${name.padEnd(16)} ${title}${isLong ? " (with --full)" : ""}`,
  );
  return {
    name: "bench",
    usage: "[options]",
    about: `Measures this project on this machine, which should be idle: each figure against its base in one run, in
turn, medians of several repetitions. Prints a table and writes all values to a file.`,
    options: rows,
    more: `Figures:\n${told.join("\n")}`,
    examples: [
      ["", "Every figure."],
      ["--only cluster-start --only snapshot --repeat 9", "Two of them, more exactly."],
    ],
    exitCodes: {
      0: "every goal is kept",
      1: "one is not",
      2: "something could not be measured",
      64: "bad arguments",
      130: "interrupted",
    },
  };
}

const badValue = (what: string, fix: string): HarnessError =>
  new HarnessError("args/bad-value", `${what}\nFix: ${fix}`);
const unknown = (what: string, fix: string): HarnessError =>
  new HarnessError("args/unknown-option", `${what}\n${fix}`);

type OptionName = keyof typeof specs;
type Values = ReadonlyMap<OptionName, readonly string[]>;

/** What the arguments say, and each problem of their form once; a switch has the value "". */
function collect(argv: readonly string[]): {
  readonly values: Values;
  readonly problems: readonly HarnessError[];
} {
  const { tokens } = parseArgs({
    args: [...argv],
    options: specs,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<OptionName, string[]>();
  const problems: HarnessError[] = [];
  for (const token of tokens) {
    if (token.kind === "positional")
      problems.push(
        unknown(`unexpected argument "${token.value}".`, "Fix: see npm run bench -- --help for all options."),
      );
    if (token.kind !== "option") continue;
    const { rawName, value = "" } = token;
    const name = optionNames.find((each) => each === token.name);
    if (name === undefined) {
      problems.push(unknown(`unknown option ${rawName}.`, adviseName(token.name, optionNames)));
      continue;
    }
    const spec = specs[name];
    const before = values.get(name) ?? [];
    const isOptionInstead = token.inlineValue === false && value.startsWith("-");
    if (spec.type === "boolean" && token.value !== undefined)
      problems.push(badValue(`${rawName} takes no value.`, `write ${rawName} alone.`));
    else if (spec.type === "string" && (value === "" || isOptionInstead))
      problems.push(badValue(`${rawName} has no value.`, `write ${rawName} and a value.`));
    else if (spec.type === "string" && before.length > 0 && !spec.multiple)
      problems.push(badValue(`${rawName} is given more than once.`, "keep one of them."));
    else values.set(name, [...before, value]);
  }
  return { values, problems };
}

/**
 * Parses the arguments of `bench`; never throws for what the user wrote.
 *
 * @returns every problem; where there are any, `options` are of no use
 */
export function parseBenchOptions(
  argv: readonly string[],
  figures: readonly Figure[],
): { readonly options: BenchOptions; readonly problems: readonly HarnessError[] } {
  const { values, problems: misuse } = collect(argv);
  const problems = [...misuse];
  const names = figures.map(({ name }) => name);
  const only = (values.get("only") ?? []).map((name) => name.toLowerCase());
  for (const name of only) {
    if (!names.includes(name))
      problems.push(
        new HarnessError("args/bad-value", `--only "${name}" names no figure.\n${adviseName(name, names)}`),
      );
  }
  const [repeat] = (values.get("repeat") ?? []).map((text) => parseWhole("repeat", text, 1, maxRepetitions));
  if (repeat instanceof HarnessError) problems.push(repeat);
  const isWanted = ({ name, isLong }: Figure): boolean =>
    only.length > 0 ? only.includes(name) : isLong === undefined || values.has("full");
  return {
    problems,
    options: {
      figures: figures.filter(isWanted),
      ...(typeof repeat === "number" ? { repetitions: repeat } : {}),
      out: values.get("out")?.[0] ?? "out/bench",
      asRoot: values.has("as-root"),
    },
  };
}
