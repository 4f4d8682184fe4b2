import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { HarnessError } from "../harness/errors/harness-error.ts";
import type { AttemptResult } from "../harness/model/attempt-result.ts";
import { assembleReport } from "./assemble.ts";
import { describeAttempt, evidencePath } from "./attempt-entry.ts";
import type { Baseline } from "./baseline.ts";
import { describePlanned, type PlannedInput } from "./manifest.ts";
import { manifestSchema, type RunManifest } from "./manifest-schema.ts";
import { writeSums } from "./evidence-sums.ts";
import { writeRecording } from "./recording-files.ts";
import { projectionsOf } from "./projections.ts";
import { reproductionFile } from "./reproduction-file.ts";
import { renderScript } from "./reproduction/script.ts";
import type { ConformanceReport, ReportedAttempt } from "./schema.ts";
import { scrub } from "./scrub.ts";
import type { Waivers } from "./waivers.ts";
import { writeWhole, writing } from "./write-file.ts";

export interface ReportOptions {
  /** The run's own directory; made where it is not there. */
  readonly directory: string;
  readonly manifest: RunManifest;
  /** Every credential that was given out so far: none of them may reach a file. */
  readonly secrets: () => readonly string[];
  /** Attempts that have a verdict in the directory already, where a run is gone on with: what others left there is thrown away. */
  readonly judged?: ReadonlyMap<string, unknown>;
}

interface FinishOptions {
  readonly interrupted: boolean;
  /** Now, where it is absent. */
  readonly endedAt?: Date;
  readonly baseline?: Baseline;
  readonly waivers?: Waivers;
}

/** The directory of a run while it is written. */
export interface ReportStore {
  /**
   * Writes all that an attempt left, at once and for good: after it resolves, no crash loses the verdict.
   *
   * @returns the attempt as the report will tell it
   * @throws {HarnessError} `machine/disk-full`; `run/internal` for an attempt that is not in the manifest
   */
  append(result: AttemptResult): Promise<ReportedAttempt>;
  /**
   * Plans attempts that only the result of another one could tell of: they stand behind it in the manifest,
   * which is written anew, and so does the report tell them, whenever they end.
   *
   * @throws {HarnessError} `run/internal` where `after` is not in the manifest, or an id is there already
   */
  extend(after: string, attempts: readonly PlannedInput[]): Promise<void>;
  /** Writes `conformance-report.yaml`, and the files made from it, from what is in the directory. */
  finish(options: FinishOptions): Promise<ConformanceReport>;
}

/** Writes `manifest.yaml`. Errors as `writing`. */
export async function writeManifest(directory: string, manifest: RunManifest): Promise<void> {
  await writeWhole(join(directory, "manifest.yaml"), scrub(renderYaml(manifest), []));
}

/** A value as YAML without folded lines or aliases: a rule stays on one line and can be searched for. */
function renderYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Writes into `directory`.partial, which then takes the directory's name: it is there whole or not at all. */
async function writeDirectory(directory: string, fill: (partial: string) => Promise<void>): Promise<void> {
  await writing(directory, async () => {
    const partial = `${directory}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await fill(partial);
    await rename(partial, directory);
  });
}

/** A script that shows what was found without this project; of an attempt with faults that failed. */
function reproductionOf({ plan, recording, verdict }: AttemptResult): string | undefined {
  if (plan.faults === undefined || recording === undefined || verdict.kind !== "fail") return undefined;
  return renderScript(
    recording,
    verdict.findings.find(({ item }) => item !== undefined) ?? verdict.findings[0],
  );
}

/**
 * Writes the evidence of an attempt, and its entry, which names the digest of that evidence.
 *
 * @returns the entry as it was written
 */
async function writeEvidence(
  directory: string,
  entry: ReportedAttempt,
  result: AttemptResult,
  clean: (text: string) => string,
): Promise<ReportedAttempt> {
  const { plan, recording, engineLogs } = result;
  let verdict = "";
  await writeDirectory(directory, async (partial) => {
    if (recording === undefined)
      await writeFile(join(partial, "plan.json"), clean(`${JSON.stringify(plan, null, 2)}\n`));
    else await writeRecording(partial, recording, clean);
    for (const [node, log] of Object.entries(engineLogs)) {
      const name = node.replace(/[^A-Za-z0-9_-]/g, "_");
      await writeFile(join(partial, `engine-${name}.log`), clean(log));
    }
    const script = reproductionOf(result);
    if (script !== undefined)
      await writeFile(join(partial, reproductionFile), clean(script), { mode: 0o755 });
    const { replay, ...told } = entry;
    const whole = { ...told, evidenceDigest: await writeSums(partial), replay };
    // The same cleaned text goes to the file and to the caller, who may print it.
    verdict = clean(`${JSON.stringify(whole, null, 2)}\n`);
    await writeFile(join(partial, "verdict.json"), verdict);
  });
  return JSON.parse(verdict) as ReportedAttempt;
}

/**
 * Writes `conformance-report.yaml`, and the files made from it, from what a run left in its directory, whether or not the
 * process that ran it is still there.
 *
 * @param clean - takes credentials out; what is on disk already is clean
 */
export async function finishReport(
  directory: string,
  options: FinishOptions,
  clean: (text: string) => string = (text) => scrub(text, []),
): Promise<ConformanceReport> {
  const report = await assembleReport(directory, { endedAt: new Date(), ...options });
  for (const [name, text] of Object.entries(projectionsOf(report)))
    await writeWhole(join(directory, name), clean(text));
  await writeWhole(join(directory, "conformance-report.yaml"), clean(renderYaml(report)));
  return report;
}

/** Takes away what attempts without a verdict left: a part of their files, or the word that they were interrupted. */
async function forgetUnjudged(directory: string, judged: ReadonlyMap<string, unknown>): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!judged.has(name))
      await writing(directory, () => rm(join(directory, name), { recursive: true, force: true }));
  }
}

/**
 * Opens the directory of a run and writes `manifest.yaml` into it. Every later file is written whole, as
 * the attempt that it belongs to ends; the report itself can be made from the directory at any time
 * (`assembleReport`), also after a crash.
 *
 * @throws {HarnessError} `machine/disk-full`; `run/internal` where the manifest breaks its own schema
 */
export async function openReport({
  directory,
  manifest,
  secrets,
  judged,
}: ReportOptions): Promise<ReportStore> {
  const checked = manifestSchema.safeParse(manifest);
  if (!checked.success) throw new HarnessError("run/internal", `bad manifest: ${checked.error.message}`);
  const clean = (text: string): string => scrub(text, secrets());
  await writing(directory, async () => mkdir(join(directory, "attempts"), { recursive: true }));
  if (judged !== undefined) await forgetUnjudged(join(directory, "attempts"), judged);
  let attempts = manifest.attempts;
  const writeManifest = (): Promise<void> =>
    writeWhole(join(directory, "manifest.yaml"), clean(renderYaml({ ...checked.data, attempts })));
  // Two lanes may plan at once: the file is written by one at a time, each with all that is known then.
  let written = writeManifest();
  await written;
  const planned = new Map(manifest.attempts.map((attempt) => [attempt.id, attempt]));
  return {
    extend: async (after, added) => {
      const entries = added.map(describePlanned);
      const place = attempts.findIndex(({ id }) => id === after) + 1;
      const again = entries.find(({ id }) => planned.has(id));
      if (place === 0 || again !== undefined)
        throw new HarnessError("run/internal", `${again?.id ?? after} cannot be planned after ${after}.`);
      attempts = attempts.toSpliced(place, 0, ...entries);
      for (const entry of entries) planned.set(entry.id, entry);
      written = written.then(writeManifest);
      await written;
    },
    append: async (result) => {
      const entry = planned.get(result.plan.id);
      if (entry === undefined)
        throw new HarnessError("run/internal", `attempt ${result.plan.id} was not planned.`);
      const told = describeAttempt(manifest, entry, result);
      return writeEvidence(join(directory, evidencePath(entry.id)), told, result, clean);
    },
    finish: (options) => finishReport(directory, options, clean),
  };
}
