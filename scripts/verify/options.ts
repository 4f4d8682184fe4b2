import { parseArgs } from "node:util";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { assertNoProblems } from "../../harness/errors/problems.ts";
import { parseWhole } from "../../harness/run/option-values.ts";

export const verifyHelp = `Usage: npm run verify -- DIR [options]

Verifies what a conformance run left in DIR (out/RUN-ID), offline: works out which attempts were due, checks every
file, and lets the oracles judge every recording again. A report that verifies is consistent with its evidence; that the
evidence is true is shown by --rerun alone.

  --partial       take a part of a profile (--scenario, --shard) for what it is
  --rerun N       afterwards run N of its plans again on this machine, 1 to 1000, and compare; they are drawn by --seed
  --seed N        which plans those are. Default: random, and printed
  --key FILE      demand that it is signed by this public key (PEM; see npm run attest)
  --json          print the result as JSON
  With --rerun, as for npm run replay:
  --engine-binary [NAME@VERSION=]PATH, --engine-image [NAME@VERSION=]IMAGE, --clusters N, --out DIR, --control-plane SOURCE, --as-root

Examples:
  npm run verify -- out/20261122T114611Z-7
  npm run verify -- reports/1.1.0/acme-router/v2.1.0 --rerun 5 --engine-binary ./acme-router

Exit codes: 0 consistent, 1 not consistent, or run again it came out different, 2 could not tell (an older schema version,
a plan that could not be run again), 64 bad arguments, 130 interrupted.
`;

const specs = {
  partial: { type: "boolean" },
  rerun: { type: "string" },
  seed: { type: "string" },
  key: { type: "string" },
  json: { type: "boolean" },
  "engine-binary": { type: "string" },
  "engine-image": { type: "string" },
  clusters: { type: "string" },
  out: { type: "string" },
  "control-plane": { type: "string" },
  "as-root": { type: "boolean" },
} as const;

/** The command line of `verify`. */
export interface VerifyCommand {
  /** As given. */
  readonly directory: string;
  readonly isPartial: boolean;
  readonly isJson: boolean;
  /** How many plans are run again. */
  readonly rerun: number;
  readonly seed?: number;
  /** Path of a public key. */
  readonly key?: string;
  /** For `replay`. */
  readonly rest: readonly string[];
}

const maxRerun = 1_000;
const maxSeed = 2 ** 32 - 1;

/** @throws {HarnessProblems | HarnessError} `args/unknown-option`, `args/bad-value` */
export function parseVerify(argv: readonly string[]): VerifyCommand {
  const read = () => parseArgs({ args: [...argv], options: specs, allowPositionals: true });
  let parsed: ReturnType<typeof read>;
  try {
    parsed = read();
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError("args/unknown-option", `${what}\nFix: --help lists the options of verify.`, {
      cause,
    });
  }
  const { values, positionals } = parsed;
  const { partial, json, key, rerun: times, seed: number, ...given } = values;
  const rerun = times === undefined ? 0 : parseWhole("rerun", times, 1, maxRerun);
  const seed = number === undefined ? undefined : parseWhole("seed", number, 0, maxSeed);
  const problems = [rerun, seed].filter((value) => value instanceof HarnessError);
  const rest = Object.entries(given).map(([name, value]) =>
    value === true ? `--${name}` : `--${name}=${String(value)}`,
  );
  const bad = (what: string, fix: string): void =>
    void problems.push(new HarnessError("args/bad-value", `${what}\nFix: ${fix}`));
  const [directory, ...others] = positionals;
  if (directory === undefined || others.length > 0)
    bad(`${positionals.length} directories are given.`, "give one: npm run verify -- out/RUN-ID.");
  if (times === undefined && (rest.length > 0 || number !== undefined))
    bad(
      `${[...rest, ...(number === undefined ? [] : ["--seed"])].join(" ")} says how plans are run again.`,
      "give --rerun N too.",
    );
  assertNoProblems(problems);
  return {
    directory: directory ?? "",
    isPartial: partial === true,
    isJson: json === true,
    rerun: rerun instanceof HarnessError ? 0 : rerun,
    ...(typeof seed === "number" ? { seed } : {}),
    ...(key === undefined ? {} : { key }),
    rest,
  };
}
