import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { HarnessError, toHarnessError } from "../../harness/errors/harness-error.ts";
import { assertNoProblems } from "../../harness/errors/problems.ts";
import { openImage } from "../../harness/image/open-image.ts";
import { readKubeconfig } from "../../harness/kube/api-access.ts";
import { findGuestKernel } from "../../harness/node/guest/kernel.ts";
import { checkOut } from "../../harness/run/check-out.ts";
import { cacheDirectory } from "../../harness/process/cache-directory.js";
import { inheritArguments } from "../../harness/run/inherit-arguments.ts";
import { optionConflicts, parseOptions, type RunOptions } from "../../harness/run/options.ts";
import { type ResolvedProgram, resolvePrograms } from "../../harness/run/programs.ts";
import { readBaseline } from "../../report/baseline.ts";
import { type EarlierRun, readEarlierRun } from "../../report/read-run.ts";
import { readWaivers } from "../../report/waivers.ts";
import { scenarios } from "../../scenarios/all.ts";
import { suiteVersion } from "./describe-run.ts";
import type { Payload, ReplayRequest } from "./payload.ts";
import { checkout, type PlannedRun, planRun } from "./plan-run.ts";
import { digestsOf, resumeProblems } from "./resume.ts";

/** A run that was found to be possible, as far as can be told before anything is started. */
export interface RunRequest {
  /** What the inside reads: with what a run that is gone on with was asked for. */
  readonly argv: readonly string[];
  readonly seed: number;
  readonly run: PlannedRun;
  readonly programs: ReadonlyMap<string, ResolvedProgram>;
  /** The run that is gone on with. */
  readonly resumed?: EarlierRun;
  readonly replay?: ReplayRequest;
  readonly corpus?: Payload["corpus"];
  /** Host paths that the inside reads beside those of the options. */
  readonly readable: readonly string[];
}

/** The command line as it stands for a run: with `--resume` and `--only-failed` the earlier run says most of it. */
async function resolveArguments(
  argv: readonly string[],
): Promise<{ readonly argv: readonly string[]; readonly seed?: number; readonly resumed?: EarlierRun }> {
  const { options } = parseOptions(argv, () => 0);
  const earlier = options.resume ?? options.onlyFailed;
  if (earlier === undefined) return { argv };
  const run = await readEarlierRun(earlier);
  const { commandLine, seed } = run.manifest.run;
  // Where we stand may be another place next time.
  const now = argv.map((word) => (word === options.onlyFailed ? resolve(word) : word));
  return {
    argv: inheritArguments(commandLine, now),
    seed,
    ...(options.resume === undefined ? {} : { resumed: run }),
  };
}

const problemOf = async (look: Promise<unknown> | undefined): Promise<readonly HarnessError[]> => {
  try {
    await look;
    return [];
  } catch (thrown) {
    return [toHarnessError(thrown)];
  }
};

/** Problems of what the options name on this machine: programs, directories, files. */
export async function findPrograms(run: PlannedRun): Promise<{
  readonly programs: ReadonlyMap<string, ResolvedProgram>;
  readonly problems: readonly HarnessError[];
}> {
  const { options } = run;
  const engines = process.env["LEAKPROOF_ENGINES"];
  const found = await resolvePrograms(run.programs, {
    binaries: options.engineBinaries,
    images: options.engineImages,
    openImage: (image) => openImage(image, join(cacheDirectory(), "images")),
    checkout,
    ...(engines === undefined || engines === "" ? {} : { enginesDirectory: engines }),
  });
  return { programs: found.programs, problems: [...found.problems, ...(await fileProblems(options))] };
}

/** @throws {HarnessError} `args/bad-value` */
async function checkGuestKernel(path: string): Promise<void> {
  if (path.endsWith(".deb") && existsSync(path)) return;
  try {
    await findGuestKernel(path.endsWith(".deb") ? path.slice(0, -".deb".length) : path);
  } catch (thrown) {
    throw new HarnessError("args/bad-value", `--guest-kernel ${path}: ${toHarnessError(thrown).message}`);
  }
}

async function fileProblems({
  existing,
  out,
  baseline,
  waivers,
  guestKernel,
}: RunOptions): Promise<readonly HarnessError[]> {
  const unwritable = await checkOut(out);
  return [
    ...(await problemOf(
      existing === undefined ? undefined : readKubeconfig(existing.kubeconfig, existing.context),
    )),
    ...(await problemOf(guestKernel === undefined ? undefined : checkGuestKernel(guestKernel))),
    ...(unwritable === undefined ? [] : [unwritable]),
    ...(await problemOf(baseline === undefined ? undefined : readBaseline(baseline))),
    ...(await problemOf(waivers === undefined ? undefined : readWaivers(waivers))),
  ];
}

/** That an engine is given which nothing of the run has a use for. */
function unusedBeside({ selection: { beside, attempts } }: PlannedRun): readonly HarnessError[] {
  if (beside === undefined || attempts.some(({ scenario }) => scenario.beside !== undefined)) return [];
  const what = `--beside ${beside.argument}: no scenario of this run has two engines on a node.`;
  const named = scenarios.flatMap((scenario) => (scenario.beside === undefined ? [] : [scenario.name]));
  return [
    new HarnessError("args/bad-value", `${what}\nFix: leave it out, or ask for ${named.join(" or ")}.`),
  ];
}

/**
 * Everything that can be wrong with a command line, at once, before anything is started.
 *
 * @throws {HarnessProblems | HarnessError} with codes that end the command with 64
 */
export async function checkRequest(argv: readonly string[]): Promise<RunRequest> {
  assertNoProblems(optionConflicts(argv));
  const { argv: whole, seed, resumed } = await resolveArguments(argv);
  const run = await planRun(whole, seed);
  const { programs, problems } = await findPrograms(run);
  const all = [...run.problems, ...problems, ...unusedBeside(run)];
  if (resumed !== undefined && all.length === 0) {
    const version = await suiteVersion();
    all.push(...resumeProblems(resumed.manifest, run, digestsOf(programs, run), version));
  }
  assertNoProblems(all);
  const { onlyFailed } = run.options;
  return {
    argv: whole,
    seed: run.options.seed,
    run,
    programs,
    ...(resumed === undefined ? {} : { resumed }),
    readable: onlyFailed === undefined ? [] : [resolve(onlyFailed)],
  };
}
