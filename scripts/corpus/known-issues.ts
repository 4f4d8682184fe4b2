import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { engines } from "../../engines/registry.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { familySchema, oracleSchema } from "../../report/finding-schema.ts";
import { faultSchema } from "../../report/plan-schema.ts";
import { checkout } from "../conformance/plan-run.ts";
import { readYaml } from "../../harness/errors/read-yaml.ts";

const kebab = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "must be kebab-case");

function isExpression(text: string): boolean {
  try {
    return new RegExp(text).source !== "";
  } catch {
    // What cannot be compiled is no expression: that is the answer.
    return false;
  }
}

const expression = z.string().refine(isExpression, "is no regular expression");

/** What the corpus expects of an attempt: the finding is there, or it is absent while the engine lives. */
const outcomeSchema = z.enum(["fail", "pass"]);

/** The finding that shows the issue. */
const findingSchema = z.strictObject({
  oracle: oracleSchema,
  family: familySchema.exactOptional(),
  /** Found in the text of the item, or in the sentence that says what is wrong. */
  text: expression.exactOptional(),
  step: z.string().exactOptional(),
});

/** A kill after one of the writes that an attempt without faults has shown. */
const crashSchema = z.strictObject({
  step: z.string(),
  /** Found in what the write is and the command line of its writer. */
  write: expression,
  /** The how many-th of the writes that are meant, from 1. */
  nth: z.int().min(1).default(1),
  heal: z.enum(["same-step", "next-step"]),
});

const planSchema = z
  .strictObject({
    scenario: kebab,
    /** Absent: the engine's first. */
    variant: kebab.exactOptional(),
    options: z.record(z.string(), z.string()).exactOptional(),
    /** The other engine on the node, as for --beside. */
    beside: z.string().exactOptional(),
    /** Versions that were on the node before, oldest first. */
    from: z.array(z.string()).min(1).exactOptional(),
    faults: z.array(faultSchema).min(1).exactOptional(),
    crash: crashSchema.exactOptional(),
    finding: findingSchema,
    /** By version; by itself for an engine that has none. */
    expected: z.union([outcomeSchema, z.record(z.string(), outcomeSchema)]),
    /** Those of `expected` that were run with the real program, and came to what is expected. */
    ran: z.union([z.boolean(), z.array(z.string())]),
  })
  .refine(({ faults, crash }) => faults === undefined || crash === undefined, "has both faults and a crash")
  .refine(
    ({ expected, ran }) => (typeof expected === "string") === (typeof ran === "boolean"),
    "says `ran` in another way than `expected`: a list of versions for versions, true or false without",
  )
  .refine(
    ({ expected, ran }) =>
      typeof expected === "string" ||
      typeof ran === "boolean" ||
      ran.every((version) => Object.hasOwn(expected, version)),
    "says that a version ran of which nothing is expected",
  );

const issueSchema = z
  .strictObject({
    id: kebab,
    title: z.string().min(20),
    note: z.string().exactOptional(),
    links: z.array(z.url({ protocol: /^https$/ })),
    firstBad: z.string().exactOptional(),
    lastBad: z.string().exactOptional(),
    firstGood: z.string().exactOptional(),
    plans: z.array(planSchema),
    /** Why no plan shows it. */
    notRun: z.string().min(10).exactOptional(),
  })
  .refine(
    ({ plans, notRun }) => (plans.length === 0) === (notRun !== undefined),
    "needs plans, or `notRun` that says why there is none",
  );

const distinctIds = (issues: readonly { readonly id: string }[]): boolean =>
  new Set(issues.map(({ id }) => id)).size === issues.length;

const fileSchema = z.strictObject({
  schemaVersion: z.literal(2),
  engine: kebab,
  issues: z.array(issueSchema).min(1).refine(distinctIds, "has an id twice"),
});

/** What releases of an engine are known to get wrong, and the plans that show it. */
export type KnownIssues = z.infer<typeof fileSchema>;
export type KnownIssue = KnownIssues["issues"][number];
export type CorpusPlan = KnownIssue["plans"][number];
export type Outcome = z.infer<typeof outcomeSchema>;

/**
 * Reads the text of a known-issues.yaml.
 *
 * @param path - for messages
 * @throws {HarnessError} `args/bad-known-issues`, with every problem of the form
 */
export function parseKnownIssues(text: string, path: string): KnownIssues {
  const bad = (why: string, cause?: unknown): HarnessError =>
    new HarnessError("args/bad-known-issues", `${path}: ${why}\nFix: docs/corpus.md describes every field.`, {
      cause,
    });
  return readYaml(text, fileSchema, bad);
}

/** Where the known issues of an engine of this project are. */
function knownIssuesPath(engine: string): string {
  return join(checkout, "engines", engine, "known-issues.yaml");
}

/** The files of all engines of this project that have one. */
export function knownIssuesPaths(): readonly string[] {
  return engines.map(({ name }) => knownIssuesPath(name)).filter((path) => existsSync(path));
}

/** @throws {HarnessError} `args/bad-known-issues` */
export async function readKnownIssues(path: string): Promise<KnownIssues> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError("args/bad-known-issues", `${path} cannot be read: ${why}`, { cause });
  });
  return parseKnownIssues(text, path);
}
