import type { Plan } from "../../harness/model/plan.ts";
import type { ManifestEngine, PlannedEntry, RunManifest } from "../manifest-schema.ts";
import type { Failure } from "./checks.ts";
import { isSame, without } from "./data.ts";
import type { Inspected } from "./inspect-attempt.ts";
import type { Expected, Spec } from "./spec.ts";

/** Profile, digest and limits against those that this suite has. */
export function specFailures({ profile, limits }: RunManifest, spec: Spec): readonly Failure[] {
  const fail = (what: string): Failure => ({ check: "spec", what });
  const known = spec.profile(profile.name);
  if (known === undefined) return [fail(`this suite has no profile "${profile.name}".`)];
  const facts: readonly (readonly [what: string, is: unknown, due: unknown])[] = [
    ["version", profile.version, known.version],
    ["digest", profile.digest, known.digest],
    ["spec digest", profile.spec ?? known.spec, known.spec],
    ["limits", limits, known.limits],
  ];
  return facts.flatMap(([what, is, due]) =>
    isSame(is, due)
      ? []
      : [
          fail(
            `the ${what} of the profile ${profile.name}: ${JSON.stringify(is)} here, ${JSON.stringify(due)} in this suite.`,
          ),
        ],
  );
}

/** Suite by which the oracles were written. */
export function suiteFailures({ run }: RunManifest, { suiteVersion }: Spec): readonly Failure[] {
  return run.suiteVersion === suiteVersion
    ? []
    : [
        {
          check: "suite",
          what: `the run was made by version ${run.suiteVersion}, and this is ${suiteVersion}.`,
        },
      ];
}

/** Whether what was asked for is all of Core; whatever became of it. */
export function coreFailures(manifest: RunManifest, expected: Expected, spec: Spec): readonly Failure[] {
  const core = spec.profile(manifest.profile.name)?.scenarios.filter(({ level }) => level === "core") ?? [];
  const due = expected.attempts.map(({ entry }) => entry);
  const has = (scenario: string, engine?: string): boolean =>
    due.some(
      (one) => one.scenario === scenario && one.level === "core" && (engine ?? one.engine) === one.engine,
    );
  // The profile's own engines share Core among them; engines that are asked for must each do all of it.
  const isShared = !manifest.run.commandLine.some((word) => /^--engine(?:=|$)/.test(word));
  const engines = isShared ? [undefined] : manifest.engines.map(({ label }) => label);
  return engines.flatMap((engine) =>
    core.flatMap(({ name }) =>
      has(name, engine)
        ? []
        : [
            {
              check: "core-complete",
              what: `${name} is Core, and was not asked for${engine === undefined ? "" : ` of ${engine}`}.`,
            } as const,
          ],
    ),
  );
}

function checkOf({ role, level }: PlannedEntry): "attempts" | "crash-points" {
  return role !== undefined && level !== "power" ? "crash-points" : "attempts";
}

/** A plan without what other checks are about. */
const comparablePlan = (plan: Plan) => without(plan, "seed", "engineDigest");

function entryFailures(is: PlannedEntry, due: PlannedEntry): readonly Failure[] {
  const { seed, unsupported, ...facts } = is;
  const { seed: dueSeed, unsupported: dueUnsupported, ...dueFacts } = due;
  const told = (feature: string | undefined): string =>
    feature === undefined ? "supported" : `without ${feature}`;
  return [
    ...(isSame(facts, dueFacts)
      ? []
      : [
          {
            check: checkOf(is),
            what: `${is.id} is planned as ${JSON.stringify(facts)}, due is ${JSON.stringify(dueFacts)}.`,
          },
        ]),
    ...(unsupported === dueUnsupported
      ? []
      : [
          {
            check: "skips",
            what: `${is.id} is told as ${told(unsupported)}, and is ${told(dueUnsupported)}.`,
          } as const,
        ]),
    ...(seed === dueSeed
      ? []
      : [{ check: "seeds", what: `${is.id} has the seed ${seed}, due is ${dueSeed}.` } as const]),
  ];
}

/** What the manifest lists, and the plans beside it, against what was due. */
export function plannedFailures(
  manifest: RunManifest,
  expected: Expected,
  inspected: ReadonlyMap<string, Inspected>,
): readonly Failure[] {
  const is = new Map(manifest.attempts.map((entry) => [entry.id, entry]));
  const due = new Map(expected.attempts.map((one) => [one.entry.id, one]));
  const missing = expected.attempts.flatMap(({ entry }): readonly Failure[] =>
    is.has(entry.id)
      ? []
      : [{ check: checkOf(entry), what: `${entry.id} is due, and is not in the manifest.` }],
  );
  const isDrawn = (id: string): boolean =>
    expected.hasSearch && inspected.get(id)?.plan?.schedule !== undefined;
  const told = manifest.attempts.flatMap((entry): readonly Failure[] => {
    const known = due.get(entry.id);
    if (known === undefined)
      return isDrawn(entry.id)
        ? []
        : [{ check: checkOf(entry), what: `${entry.id} is in the manifest, and is not due.` }];
    const plan = inspected.get(entry.id)?.plan;
    const isPlanned = plan === undefined || isSame(comparablePlan(plan), comparablePlan(known.plan));
    const isSeeded = plan === undefined || plan.seed === entry.seed;
    return [
      ...entryFailures(entry, known.entry),
      ...(isPlanned
        ? []
        : [{ check: "plans", what: `${entry.id}: its plan.json is not the plan that was due.` } as const]),
      ...(isSeeded
        ? []
        : [
            {
              check: "seeds",
              what: `${entry.id}: its plan.json has another seed than the manifest.`,
            } as const,
          ]),
    ];
  });
  return [...missing, ...told];
}

/** What an engine of the report declares, as an attempt's recording would have it. */
function declaredBy(engine: ManifestEngine): unknown {
  const { features, keeps, keepsObjects, constants, sharedRoutes, exit, worstCaseMs, settleMs } = engine;
  const shared = sharedRoutes === undefined ? {} : { sharedRoutes };
  return { features, keeps, keepsObjects, constants, ...shared, exit, worstCaseMs, settleMs };
}

/** What engines declare: in the report, and in every attempt, where an adapter may add what is of the cluster's own objects. */
export function declaredFailures(
  manifest: RunManifest,
  inspected: readonly Inspected[],
  { declares }: Spec,
): readonly Failure[] {
  const fail = (what: string): Failure => ({ check: "declared", what });
  const ofRun = manifest.engines.flatMap((engine) => {
    const { label, name, version, variant, options } = engine;
    const selection = { name, ...(version === undefined ? {} : { version }), variant, options };
    const due = declares(selection);
    return due === undefined || isSame(declaredBy(engine), due)
      ? []
      : [fail(`${label} declares something else in this suite than the report says.`)];
  });
  const ofAttempts = inspected.flatMap(({ id, declared }) => {
    if (declared === undefined) return [];
    const { engine: selection, profile, cluster, settings } = declared;
    const planned = manifest.attempts.find((entry) => entry.id === id)?.engine;
    const engine = manifest.engines.find(({ label }) => label === planned);
    const due = declares(selection, cluster, settings) ?? (engine && declaredBy(engine));
    return isSame(profile, due)
      ? []
      : [fail(`${id}: it was judged by something else than what the engine declares.`)];
  });
  return [...ofRun, ...ofAttempts];
}
