import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { oracles } from "../../harness/oracle/all.ts";
import { describeMachine } from "../../harness/run/environment.ts";
import type { EngineSelection } from "../../harness/model/engine.ts";
import { earlierSelections } from "../../harness/run/earlier-versions.ts";
import { engineLabel } from "../../harness/run/pick-engines.ts";
import type { PlannedAttempt } from "../../harness/run/select.ts";
import { buildManifest, type PlannedInput } from "../../report/manifest.ts";
import type { ManifestEngine, RunManifest } from "../../report/manifest-schema.ts";
import { scenarios } from "../../scenarios/all.ts";
import { specDigest } from "../../suites/spec-digest.ts";
import type { Payload } from "./payload.ts";
import { checkout, type PlannedRun } from "./plan-run.ts";

/** Version of this suite. */
export async function suiteVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(checkout, "package.json"), "utf8")) as {
    version: string;
  };
  return version;
}

/** An attempt as the manifest lists it. */
export function plannedInput({ plan, level, role, mutant, unsupported }: PlannedAttempt): PlannedInput {
  return {
    plan,
    level,
    engine: engineLabel(plan.engine),
    ...(plan.beside === undefined ? {} : { beside: engineLabel(plan.beside) }),
    ...(role === undefined ? {} : { role }),
    ...(mutant === undefined ? {} : { mutant }),
    ...(unsupported === undefined ? {} : { unsupported }),
  };
}

/** The program of one version of an engine, as a report tells it; where it lies says nothing of one that comes with the project. */
function programOf({ programs }: Payload, selection: EngineSelection): ManifestEngine["program"] {
  const label = engineLabel(selection);
  const program = programs[label];
  if (!program) throw new Error(`no program for ${label}`);
  const { path, digest, source, image } = program;
  const isOwn = source === "project" || source === "control-plane";
  return {
    sha256: digest,
    source,
    ...(isOwn ? {} : { path: image?.from ?? path }),
    ...(image === undefined ? {} : { imageDigest: image.digest }),
  };
}

/** The engine that somebody put beside those under test. */
function besideOf(payload: Payload, { beside }: PlannedRun["selection"]): Pick<RunManifest, "beside"> {
  if (beside === undefined) return {};
  const { selection, argument } = beside;
  const { name, version } = selection;
  const program = programOf(payload, selection);
  return {
    beside: {
      label: engineLabel(selection),
      argument,
      name,
      ...(version === undefined ? {} : { version }),
      program,
    },
  };
}

/** The manifest of a run that begins. */
export async function describeRun(
  payload: Payload,
  { options, selection }: PlannedRun,
  attempts: readonly PlannedAttempt[],
): Promise<RunManifest> {
  const { controlPlane } = payload;
  if (!selection.profile) throw new Error("a run without a profile got this far");
  return buildManifest({
    run: {
      id: payload.runId,
      startedAt: payload.startedAt,
      seed: payload.seed,
      commandLine: [...payload.argv],
      clusters: options.clusters,
      suiteVersion: await suiteVersion(),
    },
    profile: selection.profile,
    spec: specDigest(selection.profile, { scenarios, oracles }),
    engines: selection.picks.map(({ engine, selection: picked, argument }) => {
      const label = engineLabel(picked);
      const { source, ...program } = programOf(payload, picked);
      const from = earlierSelections(picked).map((earlier) => {
        const { source: _, ...earlierProgram } = programOf(payload, earlier);
        return { version: earlier.version ?? "", ...earlierProgram };
      });
      return {
        label,
        argument,
        selection: picked,
        profile: engine.profile(picked),
        program: { ...program, source },
        ...(from.length === 0 ? {} : { from }),
      };
    }),
    ...besideOf(payload, selection),
    environment: {
      provider: options.provider,
      asRoot: options.asRoot,
      ...(await describeMachine()),
      kernelFeatures: { ...payload.kernelFeatures },
      kubernetes: controlPlane.kubeApiserver.version,
      etcd: controlPlane.etcd.version,
      controlPlaneSource: options.provider === "kind" ? "kind" : controlPlane.source,
    },
    attempts: attempts.map(plannedInput),
  });
}
