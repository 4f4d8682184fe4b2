import type { ManifestEngine, RunManifest } from "./manifest-schema.ts";

/** A word as a POSIX shell takes it literally. */
export function quoteWord(word: string): string {
  return /^[A-Za-z0-9@%+=:,./_-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The command that runs the plan of an attempt again; `evidence` is its directory, relative to the run's. */
export function replayPlanCommand(evidence: string): string {
  return `npm run replay -- ${quoteWord(`${evidence}/plan.json`)}`;
}

/** Values of `--engine-binary` that give an engine its programs again: of several versions, each with its own. */
export function binariesOf({ name, version, from = [], program }: ManifestEngine): readonly string[] {
  if (from.length === 0) return program.path === undefined ? [] : [program.path];
  const all = [...from, ...(version === undefined ? [] : [{ version, path: program.path }])];
  return all.flatMap((each) => (each.path === undefined ? [] : [`${name}@${each.version}=${each.path}`]));
}

/** The command that runs one attempt of a run again, with the same names, addresses and ports. */
export function replayCommand(
  manifest: Pick<RunManifest, "run" | "profile">,
  engine: ManifestEngine,
  scenario: string,
): string {
  const options = Object.entries(engine.options).map(([key, value]) => [
    "--engine-option",
    `${key}=${value}`,
  ]);
  const words = [
    ["--engine", engine.argument],
    binariesOf(engine).flatMap((binary) => ["--engine-binary", binary]),
    ...options,
    ["--profile", manifest.profile.name, "--scenario", scenario, "--seed", String(manifest.run.seed)],
  ].flat();
  return `npm run conformance -- ${words.map(quoteWord).join(" ")}`;
}
