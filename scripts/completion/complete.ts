import type { CommandHelp, OptionRow } from "../help/command-help.ts";

/** What follows an option: nothing, one of some words, or what the shell itself completes: a path. */
type Value =
  | { readonly kind: "none" }
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "path" };

/** A command as shells complete it. */
export interface Completed {
  readonly name: string;
  readonly summary: string;
  /** Words that may stand first. */
  readonly words: readonly string[];
  readonly options: readonly { readonly name: string; readonly summary: string; readonly value: Value }[];
}

/** `all|sample:N|none` -> all, none. */
function alternatives(value: string): readonly string[] {
  return value.includes("|") ? value.split("|").filter((word) => /^[a-z-]+$/.test(word)) : [];
}

function valueOf({ name, value }: OptionRow, known: Readonly<Record<string, readonly string[]>>): Value {
  if (value === undefined) return { kind: "none" };
  const words = known[name] ?? alternatives(value);
  return words.length === 0 ? { kind: "path" } : { kind: "words", words };
}

/** The first sentence, in one line that no shell takes for anything else. */
function summaryOf(text: string): string {
  const [first = ""] = text.replaceAll(/\s+/g, " ").split(/(?<=[.;:])\s/);
  return first.replaceAll(/["'`\\$[\]]/g, "").replace(/[.;:]$/, "");
}

/**
 * What there is to complete, from the tables that `--help` prints. Pure.
 *
 * @param known - option -> words that it takes, where these are names of the suite
 */
export function completed(
  helps: readonly CommandHelp[],
  known: Readonly<Record<string, readonly string[]>>,
): readonly Completed[] {
  return helps.map(({ name, about, words = {}, options }) => ({
    name,
    summary: summaryOf(about),
    words: Object.keys(words),
    options: [
      ...options.filter((row) => row.name !== "help"),
      { name: "help", help: "Print this text, and end." },
    ].map((row) => ({ name: row.name, summary: summaryOf(row.help), value: valueOf(row, known) })),
  }));
}
