import { basename } from "node:path";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import type { NightlySpec, PublishedProgram } from "./spec.ts";

/** One job of a night: one run of `npm run conformance`. */
export interface NightlyJob {
  /** Name of the job, of its directory and of its artifact: `kube-proxy-nftables.service-rules`. */
  readonly id: string;
  /** What is judged, the same for all shards of it and on every night: `kube-proxy/nftables, service-rules`. */
  readonly entry: string;
  /** For `--engine`. */
  readonly engine: string;
  readonly engineOptions: Readonly<Record<string, string>>;
  readonly profile: string;
  readonly crashPoints: string;
  readonly clusters: number;
  /** The run is interrupted then. */
  readonly minutes: number;
  /** Where several jobs share one entry. */
  readonly shard?: { readonly index: number; readonly of: number };
  /** Where the engine's program is published. */
  readonly program?: PublishedProgram;
}

/** GitHub makes no more jobs of one matrix. */
const maxJobs = 256;

type EngineSpec = NightlySpec["engines"][number];
type VersionSpec = NonNullable<EngineSpec["versions"]>[number];

/** What one combination is made of. */
interface Combination {
  readonly engine: EngineSpec;
  readonly version: VersionSpec | undefined;
  readonly variant: string | undefined;
  readonly profile: string;
}

function combinations(engine: EngineSpec): readonly Combination[] {
  const versions: readonly (VersionSpec | undefined)[] = engine.versions ?? [undefined];
  const variants: readonly (string | undefined)[] = engine.variants ?? [undefined];
  return versions.flatMap((version) =>
    variants.flatMap((variant) => engine.profiles.map((profile) => ({ engine, version, variant, profile }))),
  );
}

/** Only what may stand in names of jobs, directories and artifacts. */
const slug = (text: string): string => text.replace(/[^A-Za-z0-9._]+/g, "-");

function jobsOf(spec: NightlySpec, { engine, version, variant, profile }: Combination): NightlyJob[] {
  const argument = `${engine.name}${version ? `@${version.version}` : ""}${variant ? `/${variant}` : ""}`;
  const name = basename(engine.name).replace(/\.(?:ya?ml|ts)$/, "");
  const words = [name, ...(version ? [version.version] : []), ...(variant ? [variant] : [])];
  const id = `${slug(words.join("-"))}.${profile}`;
  const of = engine.shards ?? 1;
  return Array.from({ length: of }, (_, at) => ({
    id: of === 1 ? id : `${id}.${at + 1}-of-${of}`,
    entry: `${argument}, ${profile}`,
    engine: argument,
    engineOptions: engine.options ?? {},
    profile,
    crashPoints: engine.crashPoints ?? spec.crashPoints,
    clusters: spec.clusters,
    minutes: spec.minutes,
    ...(of === 1 ? {} : { shard: { index: at + 1, of } }),
    ...(version?.program ? { program: version.program } : {}),
  }));
}

/**
 * The jobs of a night, in the order of the file. Pure.
 *
 * @throws {HarnessError} `args/bad-nightly` where two of them have one name, or GitHub would not make so many
 */
export function nightlyJobs(spec: NightlySpec): readonly NightlyJob[] {
  const jobs = spec.engines.flatMap((engine) =>
    combinations(engine).flatMap((combination) => jobsOf(spec, combination)),
  );
  const ids = jobs.map(({ id }) => id);
  const double = ids.find((id, at) => ids.indexOf(id) !== at);
  if (double !== undefined)
    throw new HarnessError(
      "args/bad-nightly",
      `two jobs would be called ${double}.\nFix: name each engine, version and profile once.`,
    );
  if (jobs.length > maxJobs)
    throw new HarnessError(
      "args/bad-nightly",
      `${jobs.length} jobs; a matrix has ${maxJobs} at most.\nFix: name fewer versions, profiles or shards.`,
    );
  return jobs;
}

/** @throws {HarnessError} `args/bad-value`, with the jobs that there are */
export function findJob(jobs: readonly NightlyJob[], id: string): NightlyJob {
  const job = jobs.find((known) => known.id === id);
  if (job !== undefined) return job;
  throw new HarnessError(
    "args/bad-value",
    `the nightly has no job "${id}".\nFix: use one of ${jobs.map((known) => known.id).join(", ")}.`,
  );
}

/** The seed of all jobs of a night: its date as a number. A night can be run again, and no two have the same. */
export function seedOf(night: string): number {
  return Number(night.replaceAll("-", ""));
}

/** What differs from night to night and from machine to machine. */
export interface JobPlace {
  /** Date: `2026-11-22`. */
  readonly night: string;
  /** Directory for `--out`. */
  readonly out: string;
  /** Path of the engine's program, where it was fetched. */
  readonly program?: string;
}

/** The arguments of `npm run conformance --` for a job. Pure. */
export function conformanceArguments(job: NightlyJob, { night, out, program }: JobPlace): readonly string[] {
  const { engine, engineOptions, profile, crashPoints, clusters, shard } = job;
  return [
    `--engine=${engine}`,
    ...(program === undefined ? [] : [`--engine-binary=${program}`]),
    ...Object.entries(engineOptions).map(([key, value]) => `--engine-option=${key}=${value}`),
    `--profile=${profile}`,
    `--crash-points=${crashPoints}`,
    `--clusters=${clusters}`,
    `--seed=${seedOf(night)}`,
    ...(shard ? [`--shard=${shard.index}/${shard.of}`] : []),
    `--out=${out}`,
  ];
}

/** What a workflow gives to `strategy.matrix`: a job each. */
export function renderMatrix(jobs: readonly NightlyJob[]): string {
  return JSON.stringify({ include: jobs.map(({ id }) => ({ job: id })) });
}
