import { join, resolve } from "node:path";
import { loadExternalEngine } from "../../engines/external/load.ts";
import { engines } from "../../engines/registry.ts";
import { HarnessError, toHarnessError } from "../../harness/errors/harness-error.ts";
import { HarnessProblems } from "../../harness/errors/problems.ts";
import type { Engine } from "../../harness/model/engine.ts";
import { parseOptions, type RunOptions } from "../../harness/run/options.ts";
import type { Catalog } from "../../harness/run/pick-engines.ts";
import { type Selection, selectAttempts } from "../../harness/run/select.ts";
import { scenarios } from "../../scenarios/all.ts";
import { loadProfiles } from "../../suites/profiles.ts";

/** Absolute path of this project. */
export const checkout = resolve(import.meta.dirname, "../..");

/** What a command line stands for. */
export interface PlannedRun {
  readonly options: RunOptions;
  readonly selection: Selection;
}

async function loadEngineFiles(
  options: RunOptions,
  problems: HarnessError[],
): Promise<Readonly<Record<string, Engine>>> {
  const loaded: Record<string, Engine> = {};
  for (const request of options.engines.filter(({ kind }) => kind === "file")) {
    try {
      loaded[request.target] = await loadExternalEngine(request.target);
    } catch (thrown) {
      problems.push(...(thrown instanceof HarnessProblems ? thrown.problems : [toHarnessError(thrown)]));
    }
  }
  return loaded;
}

/**
 * Reads a command line and looks everything up that it names. Starts nothing; collects every problem.
 *
 * @param seed - instead of a random one, where the outside has drawn it already
 */
export async function planRun(
  argv: readonly string[],
  seed?: number,
): Promise<PlannedRun & { readonly problems: readonly HarnessError[] }> {
  const { options, problems: misread } =
    seed === undefined ? parseOptions(argv) : parseOptions(argv, () => seed);
  const problems = [...misread];
  const engineFiles = await loadEngineFiles(options, problems);
  const profiles = await loadProfiles(join(checkout, "suites/profiles"));
  const catalog: Catalog = { engines, engineFiles, scenarios, profiles };
  const selection = selectAttempts(catalog, options);
  const isLoaded = ({ message }: HarnessError): boolean => !message.includes("was not loaded");
  problems.push(...selection.problems.filter(isLoaded));
  return { options, selection, problems };
}
