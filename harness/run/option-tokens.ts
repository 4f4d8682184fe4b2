import { parseArgs } from "node:util";
import { optionTable } from "./option-table.ts";

/** An option as written, with its value where it has one. */
export interface OptionToken {
  readonly kind: "option";
  /** Which word it is. */
  readonly index: number;
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

type Token =
  | OptionToken
  | { readonly kind: "positional"; readonly index: number; readonly value: string }
  | { readonly kind: "option-terminator"; readonly index: number };

/**
 * Splits argv. `strict` of node:util would stop at the first problem; the checks that it makes are made
 * by `parseOptions`, so that every problem is told.
 */
export function tokensOf(argv: readonly string[]): readonly Token[] {
  const options = Object.fromEntries(
    optionTable.map((option) => [
      option.name,
      { type: "value" in option ? ("string" as const) : ("boolean" as const) },
    ]),
  );
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}
