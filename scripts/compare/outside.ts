import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { HarnessError, toHarnessError } from "../../harness/errors/harness-error.ts";
import { assertNoProblems, exitCodes } from "../../harness/errors/problems.ts";
import { compareReports, renderChange } from "../../report/compare.ts";
import { parseReport } from "../../report/read-report.ts";
import type { KnownReport } from "../../report/schema.ts";
import type { CommandHelp } from "../help/command-help.ts";

export const compareHelp: CommandHelp = {
  name: "compare",
  usage: "BEFORE AFTER",
  about: `Shows what changed between two reports: new findings, fixed ones, those that are still there. Each is the directory of a
run, or a conformance-report.yaml. Versions, addresses, names and times do not count, nor does the provider: it also shows
where two providers, or two versions of an engine, disagree.`,
  options: [],
  examples: [
    ["out/v0.8.4-run out/v0.8.5-run", "What an upgrade repaired."],
    ["reports/1.1.0/acme-router/v2.0.0 out/20261122T114611Z-7", "What is new since the last report."],
  ],
  exitCodes: {
    0: "nothing new",
    1: "new findings",
    2: "something that was judged before is not judged any more",
    64: "bad arguments",
  },
};

async function readReport(path: string): Promise<KnownReport | HarnessError> {
  const bad = (why: string): HarnessError =>
    new HarnessError(
      "args/bad-run",
      `${path}: ${why}\nFix: give the directory of a run, or its conformance-report.yaml.`,
    );
  try {
    const file = (await stat(path)).isDirectory() ? join(path, "conformance-report.yaml") : path;
    const report = parseReport(await readFile(file, "utf8"));
    return typeof report === "string" ? bad(report) : report;
  } catch (error) {
    return bad(error instanceof Error ? error.message : toHarnessError(error).message);
  }
}

/**
 * Compares two reports.
 *
 * @returns the exit code
 * @throws {HarnessProblems | HarnessError} `args/` where one of them cannot be read
 */
export async function runCompare(argv: readonly string[]): Promise<number> {
  const { tokens } = parseArgs({ args: [...argv], strict: false, allowPositionals: true, tokens: true });
  const option = tokens.find(({ kind }) => kind === "option");
  if (option?.kind === "option")
    throw new HarnessError(
      "args/unknown-option",
      `unknown option ${option.rawName}.\nFix: --help tells how compare is called.`,
    );
  const [one, other, ...more] = argv;
  if (one === undefined || other === undefined || more.length > 0)
    throw new HarnessError(
      "args/bad-value",
      `${argv.length} reports are given.\nFix: give two: npm run compare -- BEFORE AFTER.`,
    );
  const [before, after] = await Promise.all([readReport(one), readReport(other)]);
  if (before instanceof HarnessError || after instanceof HarnessError) {
    assertNoProblems([before, after].filter((read) => read instanceof HarnessError));
    return exitCodes.badArguments;
  }
  const change = compareReports(before, after);
  process.stdout.write(renderChange(before, after, change));
  if (change.added.length > 0) return exitCodes.notConformant;
  return change.lost.length > 0 ? exitCodes.couldNotTell : exitCodes.conformant;
}
