import { engines } from "../../engines/registry.ts";
import type { Engine, EngineProfile } from "../../harness/model/engine.ts";
import { oracles } from "../../harness/oracle/all.ts";
import { parseOptions } from "../../harness/run/options.ts";
import { engineLabel } from "../../harness/run/pick-engines.ts";
import { renderProblems } from "../../harness/errors/problems.ts";
import { describePlanned, type PlannedInput, profileDigest } from "../../report/manifest.ts";
import type { ManifestEngine, RunManifest } from "../../report/manifest-schema.ts";
import type { Expected, Spec } from "../../report/verify/spec.ts";
import { scenarios } from "../../scenarios/all.ts";
import { loadProfiles } from "../../suites/profiles.ts";
import { specDigest } from "../../suites/spec-digest.ts";
import { plannedInput, suiteVersion } from "../conformance/describe-run.ts";
import { planRun, profilesDirectory } from "../conformance/plan-run.ts";
import { planWork } from "../conformance/work.ts";

const unused = (): never => {
  throw new Error("an engine that is known from a manifest alone is never run");
};

/** An engine of a file that is not here, as the manifest tells of it: enough to plan with. */
function engineOf(engine: ManifestEngine): Engine {
  const { name, variant, features, keeps, keepsObjects, constants, sharedRoutes, exit } = engine;
  const { worstCaseMs, settleMs } = engine;
  const profile = {
    features,
    keeps,
    keepsObjects,
    constants,
    ...(sharedRoutes === undefined ? {} : { sharedRoutes }),
    exit,
    worstCaseMs,
    settleMs,
  } as EngineProfile;
  return {
    contract: 1,
    name,
    title: name,
    variants: [variant],
    program: { kind: "user-binary" },
    problems: () => [],
    profile: () => profile,
    access: unused,
    launch: unused,
    render: unused,
    match: unused,
  };
}

/** The engines of files that the command line names, by their paths. */
function fileEngines({ run, engines }: RunManifest): Readonly<Record<string, Engine>> {
  const { options } = parseOptions(run.commandLine, () => run.seed);
  const files = options.engines.filter(({ kind }) => kind === "file");
  return Object.fromEntries(
    files.flatMap(({ target, version }) => {
      const prefix = version === undefined ? `${target}/` : `${target}@${version}/`;
      const found = engines.find(({ argument }) => argument.startsWith(prefix));
      return found === undefined ? [] : [[target, engineOf(found)] as const];
    }),
  );
}

async function expectedOf(
  directory: string,
  manifest: RunManifest,
  judged: Parameters<Spec["expected"]>[2],
): Promise<Expected> {
  const { commandLine, seed } = manifest.run;
  const run = await planRun(commandLine, seed, fileEngines(manifest));
  const hasSearch = run.options.exploreMs !== undefined;
  if (run.problems.length > 0) {
    const told = run.problems.map(({ message }) => message.split("\n")[0] ?? message);
    return {
      attempts: [],
      hasSearch,
      problems: told.map((one) => `the command line cannot be read again: ${one}`),
    };
  }
  const digests = new Map(manifest.engines.map(({ label, program }) => [label, program.sha256]));
  // Of a cluster of somebody's own nobody needs a program, and the manifest has the image's digest.
  const programs = Object.fromEntries(
    [...run.programs, ...run.selection.picks].map(({ selection }) => {
      const label = engineLabel(selection);
      return [label, { digest: digests.get(label) ?? "" }];
    }),
  );
  const work = planWork({ directory, programs }, run);
  const due: PlannedInput[] = work.attempts.map(plannedInput);
  await work.remaining(judged, {
    extend: async (after, attempts) => {
      const place = due.findIndex(({ plan }) => plan.id === after) + 1;
      due.splice(place, 0, ...attempts);
    },
  });
  const attempts = due.map((input) => ({ entry: describePlanned(input), plan: input.plan }));
  return { attempts, hasSearch, problems: [] };
}

/** What this suite demands of a run. */
export async function loadSpec(): Promise<Spec> {
  const profiles = await loadProfiles(profilesDirectory);
  return {
    suiteVersion: await suiteVersion(),
    profile: (name) => {
      const profile = profiles.find((known) => known.name === name);
      return (
        profile && {
          ...profile,
          digest: profileDigest(profile),
          spec: specDigest(profile, { scenarios, oracles }),
        }
      );
    },
    declares: (selection, cluster, settings) =>
      engines.find(({ name }) => name === selection.name)?.profile(selection, cluster, settings),
    expected: async (directory, manifest, judged) => {
      try {
        return await expectedOf(directory, manifest, judged);
      } catch (error) {
        // A recording that leads to others and cannot be read: another check tells what is wrong with it.
        const why = renderProblems(error).split("\n")[0] ?? "";
        return { attempts: [], hasSearch: false, problems: [`what is due cannot be told: ${why}`] };
      }
    },
  };
}
