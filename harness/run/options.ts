import { randomInt } from "node:crypto";
import { HarnessError } from "../errors/harness-error.ts";
import type { FaultFamily } from "../model/fault-family.ts";
import type { CrashPointChoice } from "../model/profile.ts";
import { nearestName } from "./did-you-mean.ts";
import { type ExistingOptions, parseExisting } from "./existing-options.ts";
import { type OptionName, type OptionSpec, optionTable } from "./option-table.ts";
import { type OptionToken, tokensOf } from "./option-tokens.ts";
import {
  type EngineBinary,
  type EngineRequest,
  parseEngine,
  parseCrashPoints,
  parseEngineBinary,
  parseEngineImage,
  parseEngineOptions,
  parseFaultFamily,
  parseShard,
  parseTime,
  parseWhole,
  type Shard,
} from "./option-values.ts";

const controlPlaneSources = ["assets", "download", "build"] as const;
type ControlPlaneSource = (typeof controlPlaneSources)[number];

/** Where clusters come from. */
const providers = ["sandbox", "kind", "existing"] as const;
type Provider = (typeof providers)[number];

/** The command line of `conformance`, parsed. Names are not looked up yet. */
export interface RunOptions {
  /** Empty: the profile's own. */
  readonly engines: readonly EngineRequest[];
  readonly engineBinaries: readonly EngineBinary[];
  /** Images in place of programs: paths of archives, or references. */
  readonly engineImages: readonly EngineBinary[];
  readonly engineOptions: Readonly<Record<string, string>>;
  /** The other engine of scenarios that have two on a node; absent: the usual one. */
  readonly beside?: EngineRequest;
  /** As given; matched without regard to case. */
  readonly profile: string;
  /** Globs over scenario names; empty: all of the profile. */
  readonly scenarios: readonly string[];
  /** Absent: as the profile says. */
  readonly crashPoints?: CrashPointChoice;
  /** What is done at crash points; never empty. Absent: as the profile says. */
  readonly faults?: readonly FaultFamily[];
  /** How long is searched, in ms; absent: not at all. */
  readonly exploreMs?: number;
  /** How often every attempt is run. */
  readonly repeat: number;
  /** Whether the mutants of the reference engine are run; absent: as the profile says. */
  readonly power?: boolean;
  /** Which part of the run; absent: all of it. */
  readonly shard?: Shard;
  readonly provider: Provider;
  /** The user's own cluster; present with that provider alone. */
  readonly existing?: ExistingOptions;
  readonly clusters: number;
  readonly seed: number;
  /** Directory that the run's own directory is made in. */
  readonly out: string;
  /** Path of a report. */
  readonly baseline?: string;
  /** Path of a file of waivers. */
  readonly waivers?: string;
  /** Directory of a run that is gone on with. */
  readonly resume?: string;
  /** Directory of a run whose attempts that did not pass are run again. */
  readonly onlyFailed?: string;
  readonly bisect: boolean;
  /** Absent: in the documented order, whichever works. */
  readonly controlPlane?: ControlPlaneSource;
  /** Path of a kernel for guests. */
  readonly guestKernel?: string;
  readonly asRoot: boolean;
  readonly keep: boolean;
  readonly list: boolean;
  readonly help: boolean;
}

/** What was read, with every problem; where there are any, `options` holds defaults in their place. */
export interface ParsedOptions {
  readonly options: RunOptions;
  readonly problems: readonly HarnessError[];
}

const maxSeed = 2 ** 32 - 1;
const maxClusters = 16;
const maxRepeat = 1_000;
/** An attempt waits for a third of its time: three keep two processors busy. A cluster of kind starts with a whole machine in each node. */
const defaultClusters = { sandbox: 3, kind: 2, existing: 1 } as const;

interface Given {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly HarnessError[];
}

const unknown = (what: string, fix: string): HarnessError =>
  new HarnessError("args/unknown-option", `${what}\nFix: ${fix}`);
const badValue = (what: string, fix: string): HarnessError =>
  new HarnessError("args/bad-value", `${what}\nFix: ${fix}`);

/** The problem of one option as written, or nothing. */
function optionProblem(
  token: OptionToken,
  spec: OptionSpec | undefined,
  times: number,
): HarnessError | undefined {
  if (spec === undefined) {
    const nearest = nearestName(
      token.name,
      optionTable.map((option) => option.name),
    );
    const meant = nearest === undefined ? "" : `did you mean --${nearest}? `;
    return unknown(`unknown option ${token.rawName}.`, `${meant}--help lists all options.`);
  }
  if (spec.value === undefined) {
    const fix = `write --${spec.name} alone.`;
    return token.value === undefined
      ? undefined
      : badValue(`--${spec.name} takes no value, but "${token.value}" is given.`, fix);
  }
  const write = `write --${spec.name} ${spec.value}.`;
  if (token.value === undefined || token.value === "") return badValue(`--${spec.name} has no value.`, write);
  if (!token.inlineValue && token.value.startsWith("-")) {
    return badValue(
      `--${spec.name} has no value: "${token.value}" follows, which looks like an option.`,
      write,
    );
  }
  return times > 1 && spec.repeatable === undefined
    ? badValue(`--${spec.name} is given more than once.`, "keep one of them.")
    : undefined;
}

/** Collects the values of every option; a switch has the value "". */
function collect(argv: readonly string[]): Given {
  const values = new Map<string, string[]>();
  const problems: HarnessError[] = [];
  // The word after an unknown option is most likely its value: it is not told as a second problem.
  let unknownAt = Number.NEGATIVE_INFINITY;
  for (const token of tokensOf(argv)) {
    if (token.kind === "positional" && token.index !== unknownAt + 1) {
      const fix =
        "every argument is an option; with npm they stand after `--`: npm run conformance -- --help.";
      problems.push(unknown(`unexpected argument "${token.value}".`, fix));
    }
    if (token.kind !== "option") continue;
    const spec = optionTable.find((option) => option.name === token.name);
    const before = values.get(token.name) ?? [];
    const problem = optionProblem(token, spec, before.length + 1);
    if (problem !== undefined) problems.push(problem);
    else values.set(token.name, [...before, token.value ?? ""]);
    if (spec === undefined && token.value === undefined) unknownAt = token.index;
  }
  return { values, problems };
}

function split<T>(parsed: readonly (T | HarnessError)[], problems: HarnessError[]): readonly T[] {
  problems.push(...parsed.filter((value) => value instanceof HarnessError));
  return parsed.filter((value): value is T => !(value instanceof HarnessError));
}

function parseSource(text: string): ControlPlaneSource | HarnessError {
  const source = controlPlaneSources.find((known) => known === text);
  return (
    source ??
    badValue(`--control-plane "${text}" is unknown.`, `give one of: ${controlPlaneSources.join(", ")}.`)
  );
}

function sourceOf(controlPlane: ControlPlaneSource | undefined): Pick<RunOptions, "controlPlane"> {
  return controlPlane === undefined ? {} : { controlPlane };
}

function parseProvider(text: string): Provider | HarnessError {
  const provider = providers.find((known) => known === text);
  return provider ?? badValue(`--provider "${text}" is unknown.`, `give one of: ${providers.join(", ")}.`);
}

/** What a run's own directory says already, so that nobody may say it again. */
const saidByRun: readonly OptionName[] = [
  "engine",
  "engine-option",
  "beside",
  "profile",
  "scenario",
  "crash-points",
  "faults",
  "explore",
  "repeat",
  "power",
  "no-power",
  "shard",
  "provider",
  "seed",
];

/**
 * The options of a command line, as somebody wrote it, that exclude each other. Not of one that was put
 * together from a run's (`inheritArguments`).
 */
export function optionConflicts(argv: readonly string[]): readonly HarnessError[] {
  const given = collect(argv).values;
  const pairs: readonly (readonly [OptionName, readonly OptionName[]])[] = [
    ["resume", ["only-failed", "out", ...saidByRun]],
    ["only-failed", saidByRun],
    ["power", ["no-power"]],
    // Every part would search the same.
    ["shard", ["explore"]],
  ];
  return pairs.flatMap(([one, others]) =>
    others
      .filter((other) => given.has(one) && given.has(other))
      .map((other) => badValue(`--${other} cannot stand beside --${one}.`, "leave one of them out.")),
  );
}

/**
 * Parses the arguments of `conformance` (without node and script). Never throws for what the user wrote:
 * problems of names, files and programs are found after this, and all are told together.
 *
 * @param argv - process.argv from the third word on
 * @param randomSeed - gives the seed where none is asked for, 0 to 4294967295
 */
export function parseOptions(
  argv: readonly string[],
  randomSeed: () => number = () => randomInt(maxSeed + 1),
): ParsedOptions {
  const given = collect(argv);
  const problems = [...given.problems];
  const all = (name: OptionName): readonly string[] => given.values.get(name) ?? [];
  const one = (name: OptionName): string | undefined => all(name)[0];
  const engineOptions = parseEngineOptions(all("engine-option"));
  problems.push(...engineOptions.problems);
  const first = <T>(name: OptionName, parse: (text: string) => T | HarnessError): T | undefined =>
    split(all(name).map(parse), problems)[0];
  const paths = ["baseline", "waivers", "guest-kernel", "resume", "only-failed"] as const;
  const [baseline, waivers, guestKernel, resume, onlyFailed] = paths.map(one);
  const beside = first("beside", parseEngine);
  const crashPoints = first("crash-points", parseCrashPoints);
  const faults = split(all("faults").map(parseFaultFamily), problems);
  const exploreMs = first("explore", (text) => parseTime("explore", text));
  const shard = first("shard", parseShard);
  if (shard !== undefined && one("seed") === undefined)
    problems.push(badValue("--shard needs --seed: parts share it.", "give --seed N to each."));
  const provider = first("provider", parseProvider) ?? "sandbox";
  const existing = parseExisting(provider, given.values);
  problems.push(...existing.problems);
  const options: RunOptions = {
    engines: split(all("engine").map(parseEngine), problems),
    engineBinaries: split(all("engine-binary").map(parseEngineBinary), problems),
    engineImages: split(all("engine-image").map(parseEngineImage), problems),
    engineOptions: engineOptions.options,
    ...(beside === undefined ? {} : { beside }),
    profile: one("profile") ?? "default",
    scenarios: all("scenario"),
    ...(crashPoints === undefined ? {} : { crashPoints }),
    ...(faults.length === 0 ? {} : { faults: [...new Set(faults)] }),
    ...(exploreMs === undefined ? {} : { exploreMs }),
    repeat: first("repeat", (text) => parseWhole("repeat", text, 1, maxRepeat)) ?? 1,
    ...(one("power") === undefined ? {} : { power: true }),
    ...(one("no-power") === undefined ? {} : { power: false }),
    ...(shard === undefined ? {} : { shard }),
    provider,
    ...existing.options,
    clusters:
      first("clusters", (text) => parseWhole("clusters", text, 1, maxClusters)) ?? defaultClusters[provider],
    seed: first("seed", (text) => parseWhole("seed", text, 0, maxSeed)) ?? randomSeed(),
    out: one("out") ?? "out",
    ...(baseline === undefined ? {} : { baseline }),
    ...(waivers === undefined ? {} : { waivers }),
    ...(resume === undefined ? {} : { resume }),
    ...(onlyFailed === undefined ? {} : { onlyFailed }),
    bisect: one("bisect") !== undefined,
    ...sourceOf(first("control-plane", parseSource)),
    ...(guestKernel === undefined ? {} : { guestKernel }),
    asRoot: one("as-root") !== undefined,
    keep: one("keep") !== undefined,
    list: one("list") !== undefined,
    help: one("help") !== undefined,
  };
  return { options, problems };
}
