import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { HarnessError } from "../harness/errors/harness-error.ts";
import { describeMissing, evidencePath } from "./attempt-entry.ts";
import { type Baseline, compareToBaseline } from "./baseline.ts";
import { sha256 } from "./canonical.ts";
import { conclude, countVerdicts } from "./conformance.ts";
import { sumCrashPoints } from "./crash-points.ts";
import { sumAvailability } from "./availability.ts";
import { sumBystanders, sumResidue } from "./bystanders.ts";
import { inferFeatures } from "./features.ts";
import type { ReportedVerdict } from "./finding-schema.ts";
import { sumHalfLives } from "./half-life.ts";
import { manifestSchema, type PlannedEntry, type RunManifest } from "./manifest-schema.ts";
import { parseYaml } from "./parse-yaml.ts";
import { detectionPower } from "./power.ts";
import { attemptSchema, type ConformanceReport, type ReportedAttempt } from "./schema.ts";
import { sumSensitivity } from "./sensitivity.ts";
import { applyWaivers, type Waivers } from "./waivers.ts";

export interface AssembleOptions {
  readonly endedAt: Date;
  /** The run was asked to end early. A planned attempt that is missing means the same. */
  readonly interrupted: boolean;
  readonly baseline?: Baseline;
  readonly waivers?: Waivers;
}

/**
 * Reads `manifest.yaml` of a run's directory.
 *
 * @throws {HarnessError} `run/internal` where it is missing or malformed
 */
export async function readManifest(directory: string): Promise<RunManifest> {
  const path = join(directory, "manifest.yaml");
  try {
    return manifestSchema.parse(parseYaml(await readFile(path, "utf8")));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new HarnessError("run/internal", `${path} is no manifest: ${why}`, { cause });
  }
}

const missing = {
  kind: "not-exercised",
  reason: "interrupted",
  detail: "the run ended before this attempt did.",
} as const satisfies ReportedVerdict;

function unsupportedOr(planned: PlannedEntry, verdict: ReportedVerdict): ReportedVerdict {
  return planned.unsupported === undefined ? verdict : { kind: "unsupported", feature: planned.unsupported };
}

async function readAttempt(
  directory: string,
  manifest: RunManifest,
  planned: PlannedEntry,
): Promise<ReportedAttempt> {
  const path = join(directory, evidencePath(planned.id), "verdict.json");
  try {
    return attemptSchema.parse(JSON.parse(await readFile(path, "utf8"))) as ReportedAttempt;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return describeMissing(manifest, planned, unsupportedOr(planned, missing));
    }
    // One file that cannot be read must not take all the others with it.
    const message = `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    const cause = { code: "run/internal", message };
    return describeMissing(manifest, planned, { kind: "error", cause, findings: [] });
  }
}

/** An attempt that no verdict was reached on, because the run ended. */
export const isMissing = ({ verdict }: ReportedAttempt): boolean =>
  verdict.kind === "not-exercised" && verdict.reason === "interrupted";

/** What a report is made of. */
export interface ReportParts {
  readonly manifest: RunManifest;
  readonly manifestDigest: string;
  /** An entry a planned attempt, in the manifest's order. */
  readonly found: readonly ReportedAttempt[];
}

/** What all attempts tell together in numbers, each where there is something to tell. */
function sumFigures(results: readonly ReportedAttempt[]): Partial<ConformanceReport> {
  const halfLife = sumHalfLives(results);
  const availability = sumAvailability(results);
  const bystanders = sumBystanders(results);
  const residue = sumResidue(results);
  const oracleSensitivity = sumSensitivity(results);
  return {
    ...(halfLife.length === 0 ? {} : { halfLife }),
    ...(availability.length === 0 ? {} : { availability }),
    ...(bystanders.length === 0 ? {} : { bystanders }),
    ...(residue === undefined ? {} : { residue }),
    ...(oracleSensitivity.length === 0 ? {} : { oracleSensitivity }),
  };
}

/** What no attempt of a run could look at, where its cluster is somebody's own. */
function notLookedAt({ environment }: RunManifest): readonly string[] {
  return environment.provider === "existing"
    ? [
        "On a cluster of the user's own no engine is started, ended, traced or cut off from the API, nothing is planted and no packet is sent: restarts, crash points, the exit policy, rates at rest, bystanders, traffic and the reachability of the API were not exercised, and only items that are about the run's own objects were judged.",
      ]
    : [];
}

/** Makes a report. Pure. */
export function composeReport(
  { manifest, manifestDigest, found }: ReportParts,
  options: AssembleOptions,
): ConformanceReport {
  const comparison = options.baseline && compareToBaseline(options.baseline, manifest.engines, found);
  const compared = comparison?.results ?? found;
  const waived = options.waivers && applyWaivers(options.waivers, compared, options.endedAt);
  const results = waived?.results ?? compared;
  const interrupted = options.interrupted || results.some(isMissing);
  const labels = manifest.engines.map(({ label }) => label);
  const conclusion = conclude(labels, results, interrupted);
  const power = detectionPower(manifest.engines, results);
  return {
    apiVersion: "leakproof.dev/v1",
    kind: "ConformanceReport",
    schemaVersion: manifest.schemaVersion >= 3 ? 3 : 2,
    conformant: conclusion.conformant,
    reasons: [...conclusion.reasons, ...notLookedAt(manifest)],
    interrupted,
    run: { ...manifest.run, endedAt: options.endedAt.toISOString() },
    profile: manifest.profile,
    engines: manifest.engines.map((engine) => {
      const own = results.filter((attempt) => attempt.engine === engine.label);
      const crashPoints = sumCrashPoints(own);
      const inferred = inferFeatures(own);
      return {
        ...engine,
        conformant: conclusion.engines.get(engine.label) ?? "undetermined",
        ...(inferred === undefined ? {} : { inferred }),
        ...(crashPoints === undefined ? {} : { crashPoints }),
      };
    }),
    ...(manifest.beside === undefined ? {} : { beside: manifest.beside }),
    environment: manifest.environment,
    limits: manifest.limits,
    statistics: countVerdicts(results),
    ...(comparison === undefined ? {} : { baseline: comparison.summary }),
    ...(waived === undefined ? {} : { waivers: waived.summary }),
    ...sumFigures(results),
    ...(power === undefined ? {} : { detectionPower: power }),
    manifestDigest,
    results,
  };
}

/**
 * Makes the report of a run from what is in its directory, whether the run came to its end or not: planned
 * attempts without a verdict are told as interrupted.
 *
 * @throws {HarnessError} `run/internal` where the directory has no manifest
 */
export async function assembleReport(
  directory: string,
  options: AssembleOptions,
): Promise<ConformanceReport> {
  const manifest = await readManifest(directory);
  const manifestDigest = sha256(await readFile(join(directory, "manifest.yaml")));
  const found = await Promise.all(
    manifest.attempts.map((planned) => readAttempt(directory, manifest, planned)),
  );
  return composeReport({ manifest, manifestDigest, found }, options);
}
