import { parseArgs } from "node:util";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { type CommandHelp, parseTable } from "./command-help.ts";

/** What stands on the command line of a small command. */
export interface ParsedCommand {
  /** Values of options, by name. */
  readonly values: Readonly<Record<string, string>>;
  /** Names of options without a value. */
  readonly switches: ReadonlySet<string>;
  readonly words: readonly string[];
}

/**
 * Reads the arguments of a command by the table of its help.
 *
 * @param words - how many words may stand beside the options
 * @throws {HarnessError} `args/unknown-option`, `args/bad-value`
 */
export function parseCommand(
  { name, usage, options }: CommandHelp,
  argv: readonly string[],
  words: { readonly least: number; readonly most: number } = { least: 0, most: 0 },
): ParsedCommand {
  const read = () => parseArgs({ args: [...argv], options: parseTable(options), allowPositionals: true });
  let parsed: ReturnType<typeof read>;
  try {
    parsed = read();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError("args/unknown-option", `${why}\nFix: --help lists the options of ${name}.`, {
      cause,
    });
  }
  const { values, positionals } = parsed;
  if (positionals.length < words.least || positionals.length > words.most) {
    const given = positionals.length === 0 ? "nothing is given" : `"${positionals.join(" ")}" is given`;
    throw new HarnessError(
      "args/bad-value",
      `${given}.\nFix: npm run ${name} -- ${usage}; --help has examples.`,
    );
  }
  const given = Object.entries(values);
  return {
    values: Object.fromEntries(
      given.flatMap(([option, value]) => (typeof value === "string" ? [[option, value] as const] : [])),
    ),
    switches: new Set(given.flatMap(([option, value]) => (value === true ? [option] : []))),
    words: positionals,
  };
}
