import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { HarnessError } from "../harness/errors/harness-error.ts";
import type { Plan } from "../harness/model/plan.ts";
import { isMissing, readManifest } from "./assemble.ts";
import { evidencePath } from "./attempt-entry.ts";
import type { RunManifest } from "./manifest-schema.ts";
import { planSchema } from "./plan-schema.ts";
import { attemptSchema, type ReportedAttempt } from "./schema.ts";

/** A run that was made before, as its directory tells it. */
export interface EarlierRun {
  /** As given. */
  readonly directory: string;
  readonly manifest: RunManifest;
  /** Attempt -> its entry in the report, of those that a verdict was reached on. */
  readonly judged: ReadonlyMap<string, ReportedAttempt>;
}

function unreadable(path: string, cause: unknown): HarnessError {
  const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
  return new HarnessError(
    "args/bad-run",
    `${path} cannot be read: ${why}\nFix: give the directory of a run, out/RUN-ID, as the run left it.`,
    { cause },
  );
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Reads what an attempt left: its entry in the report.
 *
 * @param directory - of the attempt
 * @returns undefined where it left none
 * @throws {HarnessError} `args/bad-run` where it is damaged
 */
export async function readVerdict(directory: string): Promise<ReportedAttempt | undefined> {
  const path = join(directory, "verdict.json");
  try {
    const text = await readOptional(path);
    return text === undefined ? undefined : (attemptSchema.parse(JSON.parse(text)) as ReportedAttempt);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/**
 * Reads the plan of an attempt.
 *
 * @param path - of `plan.json`
 * @returns undefined where there is none
 * @throws {HarnessError} `args/bad-plan` where it is none, or one of another schema version
 */
export async function readPlan(path: string): Promise<Plan | undefined> {
  try {
    const text = await readOptional(path);
    return text === undefined ? undefined : planSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new HarnessError(
      "args/bad-plan",
      `${path} is no plan: ${why}\nFix: give the plan.json of an attempt, as the run left it.`,
      { cause },
    );
  }
}

/**
 * Reads the directory of a run, whether it came to its end or not.
 *
 * @throws {HarnessError} `args/bad-run` where it is none, or something in it is damaged
 */
export async function readEarlierRun(directory: string): Promise<EarlierRun> {
  const manifest = await readManifest(directory).catch((cause: unknown) => {
    throw unreadable(join(directory, "manifest.yaml"), cause);
  });
  const entries = await Promise.all(
    manifest.attempts.map(({ id }) => readVerdict(join(directory, evidencePath(id)))),
  );
  const judged = entries.flatMap((entry) =>
    entry === undefined || isMissing(entry) ? [] : [[entry.id, entry] as const],
  );
  return { directory, manifest, judged: new Map(judged) };
}
