import { parseArgs } from "node:util";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { assertNoProblems } from "../../harness/errors/problems.ts";
import { parseWhole } from "../../harness/run/option-values.ts";

export const replayHelp = `Usage: npm run replay -- PLAN [options]

Runs the plan of an attempt again, with the same names, addresses and faults, and compares verdict and findings
with those that were recorded. PLAN is the directory of an attempt (out/RUN-ID/attempts/ID), or its plan.json.

  --times N                            how often, 1 to 1000. Default: 1
  --engine NAME[@VERSION][/VARIANT]    another version, or the file of an engine of one's own. Default: as recorded
  --engine-binary PATH                 the engine's program. Default: the one of the run, where it still is
  --engine-image IMAGE                 its image in place of a program
  --clusters N, --out DIR, --control-plane SOURCE, --as-root, --keep
                                       as for npm run conformance

Exit codes: 0 the same every time, 1 different, 2 could not tell, 64 bad arguments, 130 interrupted.
`;

/** Options that are those of a conformance run. */
const passed = {
  engine: { type: "string" },
  "engine-binary": { type: "string" },
  "engine-image": { type: "string" },
  clusters: { type: "string" },
  out: { type: "string" },
  "control-plane": { type: "string" },
  "as-root": { type: "boolean" },
  keep: { type: "boolean" },
} as const;

/** The command line of `replay`. */
export interface ReplayOptions {
  /** As given. */
  readonly plan: string;
  readonly times: number;
  readonly engine?: string;
  readonly hasBinary: boolean;
  /** For the command line of a conformance run; without `--engine`. */
  readonly rest: readonly string[];
}

const maxTimes = 1_000;

/** @throws {HarnessProblems | HarnessError} `args/unknown-option`, `args/bad-value` */
export function parseReplay(argv: readonly string[]): ReplayOptions {
  const options = { ...passed, times: { type: "string" } } as const;
  const read = () => parseArgs({ args: [...argv], options, allowPositionals: true });
  let parsed: ReturnType<typeof read>;
  try {
    parsed = read();
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError("args/unknown-option", `${what}\nFix: --help lists the options of replay.`, {
      cause,
    });
  }
  const { values, positionals } = parsed;
  const times = values.times === undefined ? 1 : parseWhole("times", values.times, 1, maxTimes);
  const [plan, ...others] = positionals;
  const problems = times instanceof HarnessError ? [times] : [];
  if (plan === undefined || others.length > 0) {
    const what = plan === undefined ? "no plan is given." : `${positionals.length} plans are given.`;
    problems.push(
      new HarnessError("args/bad-value", `${what}\nFix: give one: npm run replay -- out/RUN-ID/attempts/ID.`),
    );
  }
  assertNoProblems(problems);
  const { times: _, engine, ...given } = values;
  const rest = Object.entries(given).map(([name, value]) =>
    value === true ? `--${name}` : `--${name}=${String(value)}`,
  );
  return {
    plan: plan ?? "",
    times: times instanceof HarnessError ? 1 : times,
    ...(engine === undefined ? {} : { engine }),
    hasBinary: values["engine-binary"] !== undefined || values["engine-image"] !== undefined,
    rest,
  };
}
