import type { OptionName } from "./option-table.ts";
import { tokensOf } from "./option-tokens.ts";

/** What is about one invocation, and never about what it runs. */
const ofOneInvocation: ReadonlySet<string> = new Set<OptionName>([
  "out",
  "keep",
  "bisect",
  "list",
  "help",
  "resume",
]);

interface GivenOption {
  readonly name: string;
  readonly words: readonly string[];
}

function given(argv: readonly string[]): readonly GivenOption[] {
  return tokensOf(argv).flatMap((token) =>
    token.kind === "option"
      ? [
          {
            name: token.name,
            words: token.value === undefined ? [token.rawName] : [`--${token.name}=${token.value}`],
          },
        ]
      : [],
  );
}

/**
 * The command line of a run that goes on with what another one was asked for: everything is as it was
 * there, unless it is given anew. What is about one invocation only (`--out`, `--keep`) is not inherited,
 * and `--resume` is taken out.
 *
 * @param before - arguments of the run that is gone on with; a sound command line
 * @param now - arguments of this one
 */
export function inheritArguments(before: readonly string[], now: readonly string[]): readonly string[] {
  const own = given(now).filter(({ name }) => name !== "resume");
  const anew = new Set(own.map(({ name }) => name));
  const kept = given(before).filter(({ name }) => !ofOneInvocation.has(name) && !anew.has(name));
  return [...kept, ...own].flatMap(({ words }) => words);
}

/** A command line without what is about one invocation only, and without these options. */
export function argumentsWithout(argv: readonly string[], names: readonly OptionName[]): readonly string[] {
  const left: ReadonlySet<string> = new Set(names);
  return given(argv)
    .filter(({ name }) => !ofOneInvocation.has(name) && !left.has(name))
    .flatMap(({ words }) => words);
}
