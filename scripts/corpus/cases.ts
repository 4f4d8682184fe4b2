import { createHash } from "node:crypto";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import type { PlannedFault } from "../../harness/model/fault.ts";
import { adviseName } from "../../harness/run/did-you-mean.ts";
import { matchesGlob } from "../../harness/run/select.ts";
import type { CorpusPlan, KnownIssue, KnownIssues, Outcome } from "./known-issues.ts";
import type { CorpusOptions } from "./options.ts";

/** An attempt of the corpus as data. Several issues may ask for the same one. */
export interface CorpusAttempt {
  /** Of the attempt that is judged. */
  readonly id: string;
  /** For `--engine`. */
  readonly engine: string;
  readonly scenario: string;
  /** For `--beside`. */
  readonly beside?: string;
  readonly faults?: readonly PlannedFault[];
  readonly crash?: NonNullable<CorpusPlan["crash"]>;
}

/** One plan of an issue on one version. */
export interface CorpusCase {
  readonly engineName: string;
  readonly issue: KnownIssue;
  readonly plan: CorpusPlan;
  /** Absent for an engine that has none. */
  readonly version?: string;
  readonly expected: Outcome;
  readonly hasRun: boolean;
  readonly attempt: CorpusAttempt;
}

/** An issue that no plan shows. */
export interface UnplannedIssue {
  readonly engineName: string;
  readonly issue: KnownIssue;
}

/** What to look for in which version, as far as one plan says it. */
function expectations({ expected, ran }: CorpusPlan) {
  if (typeof expected === "string") return [{ expected, hasRun: ran === true }];
  return Object.entries(expected).map(([version, outcome]) => ({
    version,
    expected: outcome,
    hasRun: Array.isArray(ran) && ran.includes(version),
  }));
}

function attemptOf(
  name: string,
  { scenario, variant, beside, from = [], options, faults, crash }: CorpusPlan,
  version: string | undefined,
): CorpusAttempt {
  const versions = [...from, ...(version === undefined ? [] : [version])].join("..");
  const engine = `${name}${versions === "" ? "" : `@${versions}`}${variant === undefined ? "" : `/${variant}`}`;
  // These have no short name: a digest keeps attempts that differ in them apart.
  const more = {
    ...(options && { options }),
    ...(beside && { beside }),
    ...(faults && { faults }),
    ...(crash && { crash }),
  };
  const digest = createHash("sha256").update(JSON.stringify(more)).digest("hex").slice(0, 8);
  const suffix = Object.keys(more).length === 0 ? "" : `.${digest}`;
  return {
    id: `${engine.replace("/", "-")}.${scenario}${suffix}`,
    engine,
    scenario,
    ...(beside === undefined ? {} : { beside }),
    ...(faults === undefined ? {} : { faults }),
    ...(crash === undefined ? {} : { crash }),
  };
}

function casesOf({ engine, issues }: KnownIssues): readonly CorpusCase[] {
  return issues.flatMap((issue) =>
    issue.plans.flatMap((plan) =>
      expectations(plan).map((expectation) => ({
        engineName: engine,
        issue,
        plan,
        ...expectation,
        attempt: attemptOf(engine, plan, "version" in expectation ? expectation.version : undefined),
      })),
    ),
  );
}

/** Words of the command line that nothing of the files is called by. */
function unknownNames(
  files: readonly KnownIssues[],
  { engines, versions, issues }: CorpusOptions,
): readonly HarnessError[] {
  const own = files.filter(({ engine }) => engines.length === 0 || engines.includes(engine));
  const known = own.flatMap(casesOf);
  const ids = own.flatMap((file) => file.issues.map(({ id }) => id));
  const names = files.map(({ engine }) => engine);
  const knownVersions = [
    ...new Set(known.flatMap(({ version }) => (version === undefined ? [] : [version]))),
  ];
  return [
    ...engines
      .filter((name) => !names.includes(name))
      .map(
        (name) =>
          new HarnessError(
            "args/unknown-engine",
            `no known issues are listed for an engine "${name}".\n${adviseName(name, names)}`,
          ),
      ),
    ...versions
      .filter((version) => own.length > 0 && !knownVersions.includes(version))
      .map(
        (version) =>
          new HarnessError(
            "args/bad-value",
            `--versions: no plan is for "${version}".\n${adviseName(version, knownVersions)}`,
          ),
      ),
    ...issues
      .filter((glob) => own.length > 0 && !ids.some((id) => matchesGlob(glob, id)))
      .map(
        (glob) =>
          new HarnessError(
            "args/bad-value",
            `--issue "${glob}" matches no known issue.\n${adviseName(glob, ids)}`,
          ),
      ),
  ];
}

/** What a command line selects. With any problem nothing may be run. */
export interface SelectedCases {
  readonly cases: readonly CorpusCase[];
  readonly unplanned: readonly UnplannedIssue[];
  readonly problems: readonly HarnessError[];
}

/** The plans that a command line asks for, in the order of the files. Pure. */
export function selectCases(files: readonly KnownIssues[], options: CorpusOptions): SelectedCases {
  const { engines, versions, issues } = options;
  const problems = unknownNames(files, options);
  const isMeant = ({ id }: KnownIssue): boolean =>
    issues.length === 0 || issues.some((glob) => matchesGlob(glob, id));
  const own = files.filter(({ engine }) => engines.length === 0 || engines.includes(engine));
  const cases = own
    .flatMap(casesOf)
    .filter(({ issue }) => isMeant(issue))
    .filter(({ version }) => versions.length === 0 || (version !== undefined && versions.includes(version)));
  const unplanned = own.flatMap(({ engine, issues: all }) =>
    all
      .filter((issue) => issue.plans.length === 0 && isMeant(issue))
      .map((issue) => ({ engineName: engine, issue })),
  );
  if (problems.length > 0 || cases.length > 0 || options.list) return { cases, unplanned, problems };
  const nothing = new HarnessError(
    "args/nothing-to-run",
    "no plan is for what was asked for.\nFix: `npm run corpus -- --list` shows the plans.",
  );
  return { cases, unplanned, problems: [nothing] };
}

/** Cases that one run of `npm run conformance` can try: the options of engines, and the one beside them, are for a whole run. */
export interface CorpusRun {
  readonly options: Readonly<Record<string, string>>;
  /** For `--beside`. */
  readonly beside?: string;
  /** For `--engine`. */
  readonly engines: readonly string[];
  readonly attempts: readonly CorpusAttempt[];
  readonly cases: readonly CorpusCase[];
}

/** Shares cases out among as few runs as can be. Pure. */
export function runsOf(cases: readonly CorpusCase[]): readonly CorpusRun[] {
  const keyOf = ({ engineName, plan: { options = {}, beside } }: CorpusCase): string =>
    Object.keys(options).length === 0 && beside === undefined
      ? ""
      : `${engineName} ${JSON.stringify([options, beside])}`;
  return [...Map.groupBy(cases, keyOf).values()].map((own) => {
    const attempts = [...new Map(own.map(({ attempt }) => [attempt.id, attempt])).values()];
    return {
      options: own[0]?.plan.options ?? {},
      ...(own[0]?.plan.beside === undefined ? {} : { beside: own[0].plan.beside }),
      engines: [...new Set(attempts.map(({ engine }) => engine))],
      attempts,
      cases: own,
    };
  });
}
