import type { ManifestEngine, RunManifest } from "./manifest-schema.ts";

/** A word as a POSIX shell takes it literally. */
export function quoteWord(word: string): string {
  return /^[A-Za-z0-9@%+=:,./_-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The command that runs the plan of an attempt again; `evidence` is its directory, relative to the run's. */
export function replayPlanCommand(evidence: string): string {
  return `npm run replay -- ${quoteWord(`${evidence}/plan.json`)}`;
}

/** Options that give an engine its programs again: of several versions, each with its own. */
export function programOptions({
  name,
  version,
  from = [],
  program,
}: ManifestEngine): readonly (readonly [option: "--engine-binary" | "--engine-image", value: string])[] {
  const tested = version === undefined ? program : { ...program, version };
  return [...from, tested].flatMap((each) => {
    if (each.path === undefined || program.source === "cluster") return [];
    const selector = from.length > 0 && "version" in each ? `${name}@${each.version}=` : "";
    const option = each.imageDigest === undefined ? "--engine-binary" : "--engine-image";
    return [[option, `${selector}${each.path}`] as const];
  });
}

/** What leads a run to clusters other than the sandbox's, as it was given. */
function providerWords(commandLine: readonly string[]): readonly string[] {
  const named = ["--provider", "--kubeconfig", "--context", "--node-image"];
  return commandLine.flatMap((word, index) => {
    if (named.includes(word)) return [word, commandLine[index + 1] ?? ""];
    const isGiven = word === "--i-own-this-cluster" || named.some((name) => word.startsWith(`${name}=`));
    return isGiven ? [word] : [];
  });
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
    ...programOptions(engine),
    ...options,
    ["--profile", manifest.profile.name, "--scenario", scenario, "--seed", String(manifest.run.seed)],
    providerWords(manifest.run.commandLine),
  ].flat();
  return `npm run conformance -- ${words.map(quoteWord).join(" ")}`;
}
