import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { HarnessError } from "../harness/errors/harness-error.ts";
import { assertNoProblems } from "../harness/errors/problems.ts";
import { familyNames } from "../harness/model/fault-family.ts";
import type { Profile, Strikes } from "../harness/model/profile.ts";
import { parseCrashPoints } from "../harness/run/option-values.ts";

const kebab = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "must be kebab-case");
const milliseconds = z.int().positive();
const levelSchema = z.enum(["core", "extended", "observed"]);

const pointsSchema = z.custom<Strikes["points"]>(
  (text) => typeof text === "string" && text !== "none" && !(parseCrashPoints(text) instanceof HarnessError),
  "must be all or sample:N",
);

const profileSchema = z.strictObject({
  apiVersion: z.literal("leakproof.dev/v1"),
  kind: z.literal("Profile"),
  name: kebab,
  version: z.string().regex(/^\d+\.\d+\.\d+$/, "must be a version like 1.0.0"),
  title: z.string().min(1),
  limits: z.strictObject({
    convergenceMs: milliseconds,
    apiOutageMs: milliseconds,
    exitMs: milliseconds,
  }),
  scenarios: z
    .array(z.strictObject({ name: kebab, level: levelSchema }))
    .min(1)
    .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, "names a scenario twice"),
  faults: z
    .array(z.strictObject({ family: z.enum(familyNames), level: levelSchema, points: pointsSchema }))
    .refine((list) => new Set(list.map(({ family }) => family)).size === list.length, "names a family twice")
    .refine(
      (list) => new Set(list.map(({ points }) => points === "all")).size < 2,
      "has all places of one family and some of another",
    )
    .exactOptional(),
  power: z.boolean().exactOptional(),
  engines: z.array(z.string().regex(/^[a-z0-9-]+(?:\/[a-z0-9-]+)?$/, "must be NAME or NAME/VARIANT")).min(1),
}) satisfies z.ZodType<Profile>;

function problem(file: string, what: string, cause?: unknown): HarnessError {
  return new HarnessError("run/internal", `profile ${file}: ${what}`, { cause });
}

/** One profile, or all that is wrong with its file. */
function parseProfile(file: string, text: string): Profile | readonly HarnessError[] {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    return [problem(file, `is no YAML: ${String(error)}`, error)];
  }
  const result = profileSchema.safeParse(document);
  if (!result.success) {
    return result.error.issues.map((issue) => problem(file, `${issue.path.join(".")}: ${issue.message}`));
  }
  const name = basename(file, ".yaml");
  if (result.data.name === name) return result.data;
  return [problem(file, `name: is "${result.data.name}", must equal the file name`)];
}

/**
 * Reads every `*.yaml` file of `directory`, in the order of their names.
 *
 * @throws {HarnessProblems} `run/internal` for every file that cannot be read as a profile, all at once:
 *   profiles are part of the project, so that a broken one is a defect of it
 */
export async function loadProfiles(directory: string): Promise<Profile[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith(".yaml")).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), "utf8")));
  const parsed = files.map((file, index) => parseProfile(file, texts[index] ?? ""));
  assertNoProblems(parsed.flatMap((entry) => ("kind" in entry ? [] : entry)));
  return parsed.flatMap((entry) => ("kind" in entry ? [entry] : []));
}

/**
 * The profile of that name, without regard to case.
 *
 * @throws {HarnessError} `args/unknown-profile`, with the names that there are
 */
export function findProfile(profiles: readonly Profile[], name: string): Profile {
  const found = profiles.find((profile) => profile.name === name.toLowerCase());
  if (found !== undefined) return found;
  const names = profiles.map((profile) => profile.name).join(", ");
  throw new HarnessError("args/unknown-profile", `no profile "${name}". Fix: use one of ${names}.`);
}
