import { HarnessError } from "../errors/harness-error.ts";
import type { Engine, EngineSelection } from "../model/engine.ts";
import type { Profile } from "../model/profile.ts";
import type { Scenario } from "../model/scenario.ts";
import { adviseName } from "./did-you-mean.ts";
import { earlierSelections, selectionUnderTest } from "./earlier-versions.ts";
import { type EngineRequest, parseEngine } from "./option-values.ts";
import type { RunOptions } from "./options.ts";

/** All that a run can be made of. */
export interface Catalog {
  readonly engines: readonly Engine[];
  /** Engines that were loaded from a file: path as given to `--engine` -> engine. */
  readonly engineFiles?: Readonly<Record<string, Engine>>;
  readonly scenarios: readonly Scenario[];
  readonly profiles: readonly Profile[];
}

/** An engine that a run is about. */
export interface EnginePick {
  readonly engine: Engine;
  readonly selection: EngineSelection;
  /** What to give to `--engine` to have exactly this again. */
  readonly argument: string;
}

/** How an engine of one version and variant is called in plans, reports and on the terminal: `kube-vip@v0.8.5/rt`, `kube-vip@v0.8.4..v0.8.5/rt`. */
export function engineLabel(selection: EngineSelection): string {
  const versions = [
    ...(selection.from ?? []),
    ...(selection.version === undefined ? [] : [selection.version]),
  ];
  const version = versions.length === 0 ? "" : `@${versions.join("..")}`;
  return `${selection.name}${version}/${selection.variant}`;
}

function findEngine(catalog: Catalog, request: EngineRequest): Engine | HarnessError {
  if (request.kind === "file") {
    const engine = catalog.engineFiles?.[request.target];
    return (
      engine ??
      new HarnessError("args/bad-engine-file", `the engine file "${request.target}" was not loaded.`)
    );
  }
  const names = catalog.engines.map((engine) => engine.name);
  const engine = catalog.engines.find(({ name }) => name === request.target);
  const advice = adviseName(request.target, names);
  return (
    engine ?? new HarnessError("args/unknown-engine", `no engine is called "${request.target}".\n${advice}`)
  );
}

/** What the adapter has against the selection, earlier versions included. */
function selectionProblems(engine: Engine, selection: EngineSelection): readonly HarnessError[] {
  const all = [...earlierSelections(selection), selectionUnderTest(selection)];
  const problems = all.flatMap((each) => problemsOfOne(engine, each));
  const told = new Map(problems.map((problem) => [problem.message, problem]));
  return [...told.values()];
}

/** What only the options cause is told as such. */
function problemsOfOne(engine: Engine, selection: EngineSelection): readonly HarnessError[] {
  const withoutOptions = engine.problems({ ...selection, options: {} });
  return engine.problems(selection).map((sentence) => {
    const code = withoutOptions.includes(sentence) ? "args/unknown-engine" : "args/bad-engine-option";
    return new HarnessError(code, `${engineLabel(selection)}: ${sentence}`);
  });
}

function pickEngine(
  catalog: Catalog,
  request: EngineRequest,
  engineOptions: RunOptions["engineOptions"],
): EnginePick | readonly HarnessError[] {
  const engine = findEngine(catalog, request);
  if (engine instanceof HarnessError) return [engine];
  const variant = request.variant ?? engine.variants[0];
  if (!engine.variants.includes(variant)) {
    const advice = adviseName(variant, engine.variants);
    return [
      new HarnessError("args/unknown-variant", `${engine.name} has no variant "${variant}".\n${advice}`),
    ];
  }
  const selection: EngineSelection = {
    name: engine.name,
    ...(request.version === undefined ? {} : { version: request.version }),
    ...(request.from === undefined ? {} : { from: request.from }),
    variant,
    options: engineOptions,
  };
  const problems = selectionProblems(engine, selection);
  if (problems.length > 0) return problems;
  const name = request.kind === "file" ? request.target : engine.name;
  return { engine, selection, argument: engineLabel({ ...selection, name }) };
}

/**
 * Looks up the engines that were asked for, or the profile's own where none was. Pure.
 *
 * @returns the engines in the order asked for, and every problem: unknown names and variants, what an
 *   adapter has against a version or an option, one engine given twice
 */
export function pickEngines(
  catalog: Catalog,
  options: RunOptions,
  profile: Profile | undefined,
): { readonly picks: readonly EnginePick[]; readonly problems: readonly HarnessError[] } {
  const requested = options.engines.length > 0 ? options.engines : (profile?.engines ?? []).map(parseEngine);
  const picks: EnginePick[] = [];
  const problems: HarnessError[] = [];
  for (const request of requested) {
    const picked =
      request instanceof HarnessError ? [request] : pickEngine(catalog, request, options.engineOptions);
    if (!("engine" in picked)) {
      problems.push(...picked);
      continue;
    }
    const label = engineLabel(picked.selection);
    if (picks.some(({ selection }) => engineLabel(selection) === label)) {
      problems.push(
        new HarnessError("args/bad-value", `the engine ${label} is given twice.\nFix: keep one of them.`),
      );
    } else picks.push(picked);
  }
  return { picks, problems };
}

/**
 * Looks up the engine that is put beside those under test, with the options that it has by default. Pure.
 *
 * @returns nothing where none was asked for, or every problem
 */
export function pickBeside(
  catalog: Catalog,
  { beside }: Pick<RunOptions, "beside">,
): { readonly beside?: EnginePick; readonly problems: readonly HarnessError[] } {
  if (beside === undefined) return { problems: [] };
  const picked = pickEngine(catalog, beside, {});
  if (!("engine" in picked)) return { problems: picked };
  if (picked.selection.from === undefined) return { beside: picked, problems: [] };
  const what = `--beside ${picked.argument}: it stays as it is.\nFix: give one version of it.`;
  return { problems: [new HarnessError("args/bad-value", what)] };
}
