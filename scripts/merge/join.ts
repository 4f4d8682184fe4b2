import { HarnessError } from "../../harness/errors/harness-error.ts";
import { argumentsWithout } from "../../harness/run/inherit-arguments.ts";
import { parseOptions } from "../../harness/run/options.ts";
import { canonicalJson } from "../../report/canonical.ts";
import type { RunManifest } from "../../report/manifest-schema.ts";
import { without } from "../../report/verify/data.ts";

/** A run to be joined. */
export interface Part {
  /** As given. */
  readonly directory: string;
  readonly manifest: RunManifest;
}

/** The command line of the whole run that a part is of. */
const wholeCommandLine = ({ run }: RunManifest): readonly string[] =>
  argumentsWithout(run.commandLine, ["shard", "clusters", "out"]);

/** What parts of one run have in common; processors and memory may differ. */
function facts(manifest: RunManifest): Readonly<Record<string, unknown>> {
  const { run, profile, limits, engines, environment } = manifest;
  return {
    "the seed": run.seed,
    "the version of this suite": run.suiteVersion,
    "the command line": wholeCommandLine(manifest),
    "the profile": profile,
    "the limits": limits,
    // A program may lie elsewhere on another machine.
    "the engines": engines.map((engine) => ({ ...engine, program: without(engine.program, "path") })),
    "the environment": without(environment, "cpus", "memoryBytes"),
  };
}

function differences(first: Part, other: Part): readonly HarnessError[] {
  const [one, two] = [facts(first.manifest), facts(other.manifest)];
  return Object.keys(one).flatMap((what) => {
    const [was, is] = [canonicalJson(one[what]), canonicalJson(two[what])];
    if (was === is) return [];
    const told = `${what} of ${first.directory} and ${other.directory}: ${was.slice(0, 200)} and ${is.slice(0, 200)}`;
    return [
      new HarnessError(
        "args/run-differs",
        `no parts of one run. They differ in ${told}.\nFix: join parts of one run only.`,
      ),
    ];
  });
}

function shardProblems(parts: readonly Part[]): readonly HarnessError[] {
  const shards = parts.map(({ manifest }) => parseOptions(manifest.run.commandLine, () => 0).options.shard);
  const counts = new Set(shards.map((shard) => shard?.count ?? 1));
  const [count = 1] = counts;
  const has = new Set(shards.map((shard) => shard?.index ?? 1));
  const missing = Array.from({ length: count }, (_, place) => place + 1).filter((index) => !has.has(index));
  const bad = (what: string, fix: string): HarnessError =>
    new HarnessError("args/bad-value", `${what}\nFix: ${fix}`);
  if (counts.size > 1)
    return [bad("the runs are parts of different numbers.", "join parts of one run only.")];
  if (missing.length > 0)
    return [
      bad(`of ${count} parts, ${missing.join(", ")} is missing.`, "give the directories of all parts."),
    ];
  return has.size < parts.length ? [bad("a part is given twice.", "give each part once.")] : [];
}

/** Everything that keeps the parts from being one run. Pure. */
export function joinProblems(parts: readonly Part[]): readonly HarnessError[] {
  const [first, ...others] = parts;
  if (first === undefined) return [];
  const differ = others.flatMap((other) => differences(first, other));
  return differ.length > 0 ? differ : shardProblems(parts);
}

/** The manifest of the whole run; its attempts in the order of `order`, then as they come. Pure. */
export function joinManifests(
  id: string,
  parts: readonly [Part, ...Part[]],
  order: readonly string[],
): RunManifest {
  const [{ manifest: first }] = parts;
  const manifests = parts.map(({ manifest }) => manifest);
  const place = new Map(order.map((attempt, index) => [attempt, index]));
  const placeOf = (attempt: string): number => place.get(attempt) ?? order.length;
  const least = (of: (manifest: RunManifest) => number): number => Math.min(...manifests.map(of));
  return {
    ...first,
    run: {
      ...first.run,
      id,
      startedAt: manifests.map(({ run }) => run.startedAt).toSorted()[0] ?? first.run.startedAt,
      commandLine: wholeCommandLine(first),
      clusters: Math.max(...manifests.map(({ run }) => run.clusters)),
    },
    environment: {
      ...first.environment,
      cpus: least(({ environment }) => environment.cpus),
      memoryBytes: least(({ environment }) => environment.memoryBytes),
    },
    attempts: manifests
      .flatMap(({ attempts }) => attempts)
      .toSorted((one, other) => placeOf(one.id) - placeOf(other.id)),
  };
}
