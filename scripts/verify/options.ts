import { parseArgs } from "node:util";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { assertNoProblems } from "../../harness/errors/problems.ts";
import { optionRows } from "../../harness/run/option-table.ts";
import { parseWhole } from "../../harness/run/option-values.ts";
import { type CommandHelp, type OptionRow, parseTable } from "../help/command-help.ts";
import type { Signed } from "./signature-check.ts";

const options = [
  { name: "partial", help: "Take a part of a profile (--scenario, --shard) for what it is." },
  {
    name: "key",
    value: "FILE",
    help: "Demand that it is signed by this public key (PEM; npm run attest signs).",
  },
  {
    name: "signer",
    value: "NAME",
    help: "Demand that it is signed by this identity: a workflow's URL, an e-mail address. With --issuer.",
  },
  { name: "issuer", value: "URL", help: "Who vouches for that identity." },
  {
    name: "trusted-root",
    value: "FILE",
    help: "Roots of a Sigstore (trusted_root.json). Default: the public one's, by the network.",
  },
  { name: "json", help: "Print the result as JSON." },
  {
    heading: "Plans that are run again",
    name: "rerun",
    value: "N",
    help: "Afterwards run N of its plans again on this machine, 1 to 1000, and compare; they are drawn by --seed.",
  },
  { name: "seed", value: "N", help: "Which plans those are. Default: random, and printed." },
  { name: "engine-binary", value: "[NAME@VERSION=]PATH", help: "The engine's program." },
  { name: "engine-image", value: "[NAME@VERSION=]IMAGE", help: "Its image in place of a program." },
  ...optionRows("clusters", "out", "control-plane", "as-root"),
] as const satisfies readonly OptionRow[];

export const verifyHelp: CommandHelp = {
  name: "verify",
  usage: "DIR [options]",
  about: `Verifies what a conformance run left in DIR (out/RUN-ID), offline: works out which attempts were due, checks every
file, and lets the oracles judge every recording again. A report that verifies is consistent with its evidence; that the
evidence is true is shown by --rerun alone.`,
  options,
  examples: [
    ["out/20261122T114611Z-7", "Whether the report follows from what the run recorded."],
    [
      "reports/1.1.0/acme-router/v2.1.0 --rerun 5 --engine-binary ./acme-router",
      "The same of a report that was handed in, and five of its plans are run again here.",
    ],
  ],
  exitCodes: {
    0: "consistent",
    1: "not consistent, or run again it came out different",
    2: "could not tell: an older schema version, a plan that could not be run again",
    64: "bad arguments",
    130: "interrupted",
  },
};

/** The command line of `verify`. */
export interface VerifyCommand {
  /** As given. */
  readonly directory: string;
  readonly isPartial: boolean;
  readonly isJson: boolean;
  /** How many plans are run again. */
  readonly rerun: number;
  readonly seed?: number;
  readonly signed?: Signed;
  /** For `replay`. */
  readonly rest: readonly string[];
}

/** What is demanded of the signature; undefined where nothing is, or what was given does not go together. */
function readSigned(
  given: Readonly<Record<"key" | "signer" | "issuer" | "trusted-root", string | undefined>>,
  bad: (what: string, fix: string) => void,
): Signed | undefined {
  const { key, signer, issuer, "trusted-root": trustedRoot } = given;
  if ((signer ?? issuer ?? trustedRoot) === undefined)
    return key === undefined ? undefined : { by: "key", path: key };
  if (key !== undefined || signer === undefined || issuer === undefined) {
    bad("a signature is demanded in part.", "give --key FILE, or --signer NAME with --issuer URL.");
    return undefined;
  }
  const root = trustedRoot === undefined ? {} : { trustedRoot };
  return { by: "identity", identity: signer, issuer, ...root };
}

const maxRerun = 1_000;
const maxSeed = 2 ** 32 - 1;

/** @throws {HarnessProblems | HarnessError} `args/unknown-option`, `args/bad-value` */
export function parseVerify(argv: readonly string[]): VerifyCommand {
  const read = () => parseArgs({ args: [...argv], options: parseTable(options), allowPositionals: true });
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
  const { partial, json, rerun: times, seed: number, ...others } = values;
  const { key, signer, issuer, "trusted-root": trustedRoot, ...given } = others;
  const rerun = times === undefined ? 0 : parseWhole("rerun", times, 1, maxRerun);
  const seed = number === undefined ? undefined : parseWhole("seed", number, 0, maxSeed);
  const problems = [rerun, seed].filter((value) => value instanceof HarnessError);
  const rest = Object.entries(given).map(([name, value]) =>
    value === true ? `--${name}` : `--${name}=${String(value)}`,
  );
  const bad = (what: string, fix: string): void =>
    void problems.push(new HarnessError("args/bad-value", `${what}\nFix: ${fix}`));
  const signed = readSigned({ key, signer, issuer, "trusted-root": trustedRoot }, bad);
  const [directory, ...more] = positionals;
  if (directory === undefined || more.length > 0)
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
    ...(signed === undefined ? {} : { signed }),
    rest,
  };
}
