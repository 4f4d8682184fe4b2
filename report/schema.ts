import { z } from "zod";
import { type DeepReadonly, levelSchema, verdictSchema } from "./finding-schema.ts";
import {
  engineSchema,
  environmentSchema,
  limitsSchema,
  profileSchema,
  runSchema,
} from "./manifest-schema.ts";

/** `undetermined`: nothing speaks against it, but not all of Core could be shown. */
const conformantSchema = z.union([z.boolean(), z.literal("undetermined")]);
export type Conformant = z.infer<typeof conformantSchema>;

/** One attempt in the report; the same as its verdict.json. */
export const attemptSchema = z.strictObject({
  id: z.string(),
  scenario: z.string(),
  /** Label of the engine. */
  engine: z.string(),
  level: levelSchema,
  seed: z.int().min(0),
  verdict: verdictSchema,
  /** Absent where the attempt never began. */
  startedAt: z.iso.datetime().exactOptional(),
  durationMs: z.number().min(0),
  /** Directory of the evidence, relative to the report; absent where there is none. */
  evidence: z.string().exactOptional(),
  /** The command that shows it again. */
  replay: z.string(),
});

export type ReportedAttempt = DeepReadonly<z.infer<typeof attemptSchema>>;

const countsSchema = z.strictObject({
  pass: z.int(),
  fail: z.int(),
  error: z.int(),
  "not-exercised": z.int(),
  unsupported: z.int(),
});

export type VerdictCounts = z.infer<typeof countsSchema>;

const baselineSchema = z.strictObject({
  path: z.string(),
  /** Of the run that made it. */
  runId: z.string(),
  known: z.int(),
  new: z.int(),
  /** Findings of the baseline that are not seen any more, in the scenarios that both have judged. */
  gone: z.int(),
});

/** `conformance-report.yaml`, the canonical result of a run; everything else is made from it. Unknown fields are refused. */
export const reportSchema = z.strictObject({
  apiVersion: z.literal("leakproof.dev/v1"),
  kind: z.literal("ConformanceReport"),
  schemaVersion: z.literal(1),
  /** Of all engines: the worst of theirs. */
  conformant: conformantSchema,
  /** Why, a sentence each. */
  reasons: z.array(z.string()),
  /** The run was ended before its end; what it had judged stands. */
  interrupted: z.boolean(),
  run: runSchema.extend({ endedAt: z.iso.datetime() }),
  profile: profileSchema,
  engines: z.array(engineSchema.extend({ conformant: conformantSchema })),
  environment: environmentSchema,
  limits: limitsSchema,
  statistics: z.strictObject({ core: countsSchema, extended: countsSchema, observed: countsSchema }),
  baseline: baselineSchema.exactOptional(),
  results: z.array(attemptSchema),
});

export type ConformanceReport = DeepReadonly<z.infer<typeof reportSchema>>;
