import { cp, mkdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { asCalled } from "../../harness/errors/as-called.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { assertNoProblems, exitCodes } from "../../harness/errors/problems.ts";
import { optionRows } from "../../harness/run/option-table.ts";
import { evidencePath } from "../../report/attempt-entry.ts";
import { readBaseline } from "../../report/baseline.ts";
import { reportExitCode } from "../../report/conformance.ts";
import { parseReport } from "../../report/read-report.ts";
import { type EarlierRun, readEarlierRun } from "../../report/read-run.ts";
import { finishReport, writeManifest } from "../../report/store.ts";
import { renderReport } from "../../report/table.ts";
import { readWaivers } from "../../report/waivers.ts";
import { type CommandHelp, type OptionRow, parseTable } from "../help/command-help.ts";
import { loadSpec } from "../verify/spec.ts";
import { joinManifests, joinProblems, type Part } from "./join.ts";

const options = [
  { name: "out", value: "NEW", help: "The directory that is made." },
  ...optionRows("baseline", "waivers"),
] as const satisfies readonly OptionRow[];

export const mergeHelp: CommandHelp = {
  name: "merge",
  usage: "DIR... --out NEW [options]",
  about: `Joins the parts of a run that several machines shared (--shard I/N) into one directory with one report, as if one machine
had run it all. Of a single whole run it makes the report anew from its attempts.`,
  options,
  examples: [
    [
      "out/RUN-1 out/RUN-2 --out out/whole",
      "Joins what npm run conformance -- --seed 7 --shard 1/2, and --shard 2/2 on another machine, left.",
    ],
  ],
  exitCodes: {
    0: "conformant, the whole run",
    1: "not conformant",
    2: "could not tell",
    64: "bad arguments, or parts of different runs",
  },
};

function parseMerge(argv: readonly string[]) {
  const read = () => parseArgs({ args: [...argv], options: parseTable(options), allowPositionals: true });
  let parsed: ReturnType<typeof read>;
  try {
    parsed = read();
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError("args/unknown-option", `${what}\nFix: --help lists the options of merge.`, {
      cause,
    });
  }
  const { values, positionals: directories } = parsed;
  const bad = (what: string, fix: string): HarnessError =>
    new HarnessError("args/bad-value", `${what}\nFix: ${fix}`);
  const isName =
    values.out === undefined || /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(basename(resolve(values.out)));
  assertNoProblems([
    ...(isName
      ? []
      : [bad(`--out "${values.out}" is no name for a run.`, "use letters, digits, dots and hyphens.")]),
    ...(directories.length === 0 ? [bad("no directory is given.", "give those of all parts.")] : []),
    ...(values.out === undefined
      ? [bad("--out is missing.", "give --out NEW, a directory that is not there yet.")]
      : []),
  ]);
  return { directories, out: values.out ?? "", baseline: values.baseline, waivers: values.waivers };
}

/** Ids of the whole run's attempts, in the order in which one machine would have them. */
async function orderOf(runs: readonly [EarlierRun, ...EarlierRun[]]): Promise<readonly string[]> {
  const spec = await loadSpec();
  const orders = await Promise.all(
    runs.map(({ directory, manifest, judged }) =>
      spec.expected(resolve(directory), joinManifests("x", [{ directory, manifest }], []), judged),
    ),
  );
  // Each part knows all that is known from the beginning, and what its own recordings lead to.
  const [first, ...others] = orders.map(({ attempts }) => attempts.map(({ entry }) => entry.id));
  const order = [...(first ?? [])];
  for (const other of others) {
    for (const [place, id] of other.entries()) {
      if (!order.includes(id)) order.splice(order.indexOf(other[place - 1] ?? "") + 1, 0, id);
    }
  }
  return order;
}

async function endOf(directory: string): Promise<string | undefined> {
  const text = await readFile(join(directory, "conformance-report.yaml"), "utf8").catch(() => "");
  const report = parseReport(text);
  return typeof report === "string" ? undefined : report.run.endedAt;
}

async function makeDirectory(out: string): Promise<void> {
  try {
    await mkdir(out);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError(
      "args/out-not-writable",
      `--out "${out}" cannot be made: ${why}.\nFix: give a directory that is not there yet.`,
      { cause },
    );
  }
}

/**
 * Joins the parts of a run.
 *
 * @returns the exit code of the whole run
 * @throws {HarnessProblems | HarnessError} `args/` before anything is written
 */
export async function runMerge(argv: readonly string[]): Promise<number> {
  const { directories, out, baseline, waivers } = parseMerge(argv);
  const runs = await Promise.all(directories.map((directory) => readEarlierRun(directory)));
  const parts: readonly Part[] = runs;
  assertNoProblems(joinProblems(parts));
  const compared = {
    ...(baseline === undefined ? {} : { baseline: await readBaseline(baseline) }),
    ...(waivers === undefined ? {} : { waivers: await readWaivers(waivers) }),
  };
  const [first, ...others] = runs;
  if (first === undefined) return exitCodes.badArguments;
  const order = await orderOf([first, ...others]);
  const manifest = joinManifests(basename(resolve(out)), [first, ...others], order);
  await makeDirectory(out);
  for (const { directory, manifest: own } of runs) {
    for (const { id } of own.attempts) {
      const from = join(directory, evidencePath(id));
      // What was not begun left nothing.
      await cp(from, join(out, evidencePath(id)), { recursive: true }).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code !== "ENOENT") throw error;
        },
      );
    }
  }
  await writeManifest(out, manifest);
  const ends = (await Promise.all(directories.map(endOf))).flatMap((end) => end ?? []);
  const endedAt = ends.toSorted().at(-1);
  const report = await finishReport(out, {
    interrupted: false,
    ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt) }),
    ...compared,
  });
  process.stdout.write(
    `${asCalled(renderReport(report, out))}report: ${join(out, "conformance-report.yaml")}\n`,
  );
  return reportExitCode(report);
}
