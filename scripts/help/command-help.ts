import type { ParseArgsOptionsConfig } from "node:util";
import type { OptionSpec } from "../../harness/run/option-table.ts";

/** One option, as parser, help and shell completion see it. */
export interface OptionRow extends OptionSpec {
  /** Stands above it in the help, where a group begins. */
  readonly heading?: string;
}

/** Everything that `--help` tells of a command, and what shells complete. */
export interface CommandHelp {
  readonly name: string;
  /** What stands behind its name: `DIR [options]`. */
  readonly usage: string;
  /** What it does; lines of 120 characters at most. */
  readonly about: string;
  /** Without `--help`, which every command has. */
  readonly options: readonly OptionRow[];
  /** The words that may stand first, with what they mean. */
  readonly words?: Readonly<Record<string, string>>;
  /** Further paragraphs, behind the options. */
  readonly more?: string;
  /** What stands behind its name -> what that does. */
  readonly examples: readonly (readonly [args: string, does: string])[];
  /** Exit code -> what it means. */
  readonly exitCodes: Readonly<Record<number, string>>;
}

type ParseTable<Row extends OptionRow> = {
  [Each in Row as Each["name"]]: {
    type: Each extends { readonly value: string } ? "string" : "boolean";
    multiple: Each extends { readonly repeatable: true } ? true : false;
  };
};

/** The options as `parseArgs` of node:util takes them. */
export function parseTable<const Row extends OptionRow>(rows: readonly Row[]): ParseTable<Row> {
  const table: ParseArgsOptionsConfig = Object.fromEntries(
    rows.map(({ name, value, repeatable }) => [
      name,
      { type: value === undefined ? "boolean" : "string", multiple: repeatable === true },
    ]),
  );
  return table as ParseTable<Row>;
}

function line(name: string, args: string): string {
  return `npm run ${name}${args === "" ? "" : ` -- ${args}`}`;
}

function renderOption({ name, value, repeatable, help, heading }: OptionRow): string {
  const text = `  --${name}${value === undefined ? "" : ` ${value}`}\n      ${help}${repeatable ? " Repeatable." : ""}`;
  return heading === undefined ? text : `\n${heading}:\n${text}`;
}

const helpRow: OptionRow = { name: "help", help: "Print this text, and end." };

/** The text of `--help`, as it is in a checkout. */
export function renderCommandHelp(help: CommandHelp): string {
  const { name, usage, about, options, words = {}, more, examples, exitCodes } = help;
  const rows = options.some((row) => row.name === helpRow.name) ? options : [...options, helpRow];
  const width = Math.max(...Object.keys(words).map((word) => word.length));
  const told = Object.entries(words).map(([word, what]) => `  ${word.padEnd(width)}  ${what}`);
  return [
    `Usage: ${line(name, usage)}`,
    "",
    about,
    "",
    ...(told.length === 0 ? [] : [...told, ""]),
    "Options:",
    ...rows.map(renderOption),
    "",
    ...(more === undefined ? [] : [more, ""]),
    "Examples:",
    ...examples.map(([args, does]) => `  ${line(name, args)}\n      ${does}`),
    "",
    "Exit codes:",
    ...Object.entries(exitCodes).map(([code, what]) => `  ${code.padEnd(4)} ${what}`),
    "",
  ].join("\n");
}
