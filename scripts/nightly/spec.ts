import { readFile } from "node:fs/promises";
import { z } from "zod";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { parseCrashPoints, parseEngine } from "../../harness/run/option-values.ts";
import { readYaml } from "../../harness/errors/read-yaml.ts";

const kebab = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "must be kebab-case");

const crashPointsSchema = z
  .string()
  .refine((text) => !(parseCrashPoints(text) instanceof HarnessError), "must be all, none or sample:N");

/** A program that its publisher offers for download. */
const programSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits, in lower case"),
  /** Path of the program in the .tar.gz that the URL leads to; absent where it leads to the program itself. */
  member: z
    .string()
    .regex(/^(?!\/)(?!.*\.\.)[^\s]+$/, "must be a path inside of the archive")
    .exactOptional(),
});

const versionSchema = z.strictObject({
  version: z.string().min(1),
  program: programSchema.exactOptional(),
});

const distinct = (values: readonly string[]): boolean => new Set(values).size === values.length;

const engineSchema = z.strictObject({
  /** As in `--engine`: a name, or the path of an engine file. */
  name: z.string().refine((text) => !(parseEngine(text) instanceof HarnessError), "is no name of an engine"),
  /** Absent: the one version that the project has. */
  versions: z.array(versionSchema).min(1).exactOptional(),
  /** Absent: the engine's first. */
  variants: z.array(kebab).min(1).refine(distinct, "names a variant twice").exactOptional(),
  options: z.record(z.string(), z.string()).exactOptional(),
  profiles: z.array(kebab).min(1).refine(distinct, "names a profile twice"),
  /** Jobs that share the attempts of one engine and profile. */
  shards: z.int().min(1).max(64).exactOptional(),
  crashPoints: crashPointsSchema.exactOptional(),
});

const nightlySchema = z.strictObject({
  apiVersion: z.literal("leakproof.dev/v1"),
  kind: z.literal("Nightly"),
  crashPoints: crashPointsSchema,
  clusters: z.int().min(1).max(16),
  minutes: z.int().min(1),
  engines: z.array(engineSchema).min(1),
});

/** What a night is made of, as `suites/nightly.yaml` says it. */
export type NightlySpec = z.infer<typeof nightlySchema>;
export type PublishedProgram = z.infer<typeof programSchema>;

/**
 * Reads what a night is made of from the text of its file.
 *
 * @param path - for messages
 * @throws {HarnessError} `args/bad-nightly`, with every problem of the form
 */
export function parseNightly(text: string, path: string): NightlySpec {
  const bad = (why: string, cause?: unknown): HarnessError =>
    new HarnessError("args/bad-nightly", `${path}: ${why}\nFix: docs/ci.md describes every field.`, {
      cause,
    });
  return readYaml(text, nightlySchema, bad);
}

/** @throws {HarnessError} `args/bad-nightly` */
export async function readNightly(path: string): Promise<NightlySpec> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError("args/bad-nightly", `${path} cannot be read: ${why}`, { cause });
  });
  return parseNightly(text, path);
}
