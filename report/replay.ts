import type { ManifestBeside, ManifestEngine, RunManifest } from "./manifest-schema.ts";

/** A word as a POSIX shell takes it literally. */
export function quoteWord(word: string): string {
  return /^[A-Za-z0-9@%+=:,./_-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The command that runs the plan of an attempt again; `evidence` is its directory, relative to the run's. */
export function replayPlanCommand(evidence: string): string {
  return `npm run replay -- ${quoteWord(`${evidence}/plan.json`)}`;
}

/** Engines of one command line: the one under test, and the one beside it where somebody chose it. */
export interface CommandEngines {
  readonly engine: ManifestEngine;
  readonly beside?: ManifestBeside | undefined;
}

/** Options that give engines their programs again: where there are several, each with its name and version. */
export function programOptions({
  engine,
  beside,
}: CommandEngines): readonly (readonly [option: "--engine-binary" | "--engine-image", value: string])[] {
  const { name, version, from = [], program } = engine;
  const all = [
    ...from.map((each) => ({ name, version: each.version, program: { ...each, source: program.source } })),
    { name, version, program },
    ...(beside === undefined ? [] : [beside]),
  ];
  return all.flatMap((each) => {
    const { path, source, imageDigest } = each.program;
    if (path === undefined || source === "cluster") return [];
    const versioned = each.version === undefined ? each.name : `${each.name}@${each.version}`;
    const option = imageDigest === undefined ? "--engine-binary" : "--engine-image";
    return [[option, all.length > 1 ? `${versioned}=${path}` : path] as const];
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
  { engine, beside }: CommandEngines,
  scenario: string,
): string {
  const options = Object.entries(engine.options).map(([key, value]) => [
    "--engine-option",
    `${key}=${value}`,
  ]);
  const words = [
    ["--engine", engine.argument],
    beside === undefined ? [] : ["--beside", beside.argument],
    ...programOptions({ engine, beside }),
    ...options,
    ["--profile", manifest.profile.name, "--scenario", scenario, "--seed", String(manifest.run.seed)],
    providerWords(manifest.run.commandLine),
  ].flat();
  return `npm run conformance -- ${words.map(quoteWord).join(" ")}`;
}
