import { z } from "zod";
import { attemptFigures, featuresSchema, iptablesBackendSchema, reportFigures } from "./figure-schema.ts";
import { attemptLevelSchema, type DeepReadonly, oracleSchema, verdictSchema } from "./finding-schema.ts";
import {
  besideSchema,
  engineSchema,
  environmentSchema,
  limitsSchema,
  mutantSchema,
  profileSchema,
  roleSchema,
  runSchema,
  sha256Schema,
} from "./manifest-schema.ts";

/** `undetermined`: nothing speaks against it, but not all of Core could be shown. */
const conformantSchema = z.union([z.boolean(), z.literal("undetermined")]);
export type Conformant = z.infer<typeof conformantSchema>;

/** Writes to rules that an index attempt saw; those that changed something; the states that they led to. */
const indexFiguresSchema = z.strictObject({ indexed: z.int(), effective: z.int(), distinct: z.int() });

export type IndexFigures = z.infer<typeof indexFiguresSchema>;

const kernelSchema = z.strictObject({
  node: z.string(),
  name: z.string(),
  kind: z.enum(["host", "guest-kvm", "guest-tcg"]),
  /** Where `iptables` writes there. Since schema version 3. */
  iptables: iptablesBackendSchema.exactOptional(),
});

/** One attempt in the report; the same as its verdict.json. */
export const attemptSchema = z.strictObject({
  id: z.string(),
  scenario: z.string(),
  /** Label of the engine. */
  engine: z.string(),
  /** Label of the other engine on its nodes, where somebody chose which. */
  beside: z.string().exactOptional(),
  level: attemptLevelSchema,
  role: roleSchema.exactOptional(),
  mutant: mutantSchema.exactOptional(),
  seed: z.int().min(0),
  verdict: verdictSchema,
  /** Whether the engine's writes to the kernel were seen; absent where nothing was recorded. */
  traced: z.boolean().exactOptional(),
  /** The kernel that each node's rules are in: this machine's, or that of a guest. */
  kernels: z.array(kernelSchema).exactOptional(),
  /** What the nemesis did, in the order of the plan. */
  faults: z
    .array(z.strictObject({ what: z.string(), fired: z.boolean(), evidence: z.string().exactOptional() }))
    .exactOptional(),
  /** Of an index attempt. */
  writes: indexFiguresSchema.exactOptional(),
  /** How long what a step let go of stayed on a node, in ms; without `ms` it stayed to the end. */
  halfLives: z
    .array(z.strictObject({ step: z.string(), node: z.string(), ms: z.number().exactOptional() }))
    .exactOptional(),
  ...attemptFigures,
  /** Absent where the attempt never began. */
  startedAt: z.iso.datetime().exactOptional(),
  durationMs: z.number().min(0),
  /** Directory of the evidence, relative to the report; absent where there is none. */
  evidence: z.string().exactOptional(),
  /** SHA-256 of the SHA256SUMS in that directory, which names every other file there but verdict.json. */
  evidenceDigest: sha256Schema.exactOptional(),
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

/** The crash points of one engine. */
const crashPointsSchema = indexFiguresSchema.extend({
  /** Attempts in which every fault struck exactly there. */
  fired: z.int(),
  passed: z.int(),
  failed: z.int(),
  /** Not struck there, or nothing could be told; and index attempts that showed nothing. */
  notExercised: z.int(),
});

export type CrashPointFigures = z.infer<typeof crashPointsSchema>;

/** Half-lives of all attempts of a scenario on an engine, in ms; those with faults by themselves. */
const halfLifeSchema = z.strictObject({
  engine: z.string(),
  scenario: z.string(),
  faults: z.boolean(),
  /** Of steps and nodes that something was let go of on. */
  count: z.int(),
  /** Of them, those on which something stayed to the end. */
  never: z.int(),
  medianMs: z.number().exactOptional(),
  p90Ms: z.number().exactOptional(),
  maxMs: z.number().exactOptional(),
});

export type HalfLifeFigures = z.infer<typeof halfLifeSchema>;

const powerSchema = z.strictObject({
  mutants: z.array(
    mutantSchema.extend({
      scenario: z.string(),
      verdict: z.enum(["pass", "fail", "error", "not-exercised"]),
      /** By the oracle that is meant for it. */
      caught: z.boolean(),
      /** All oracles that have something against it. */
      by: z.array(oracleSchema),
    }),
  ),
  /** Mutants that nobody would have seen without that oracle. */
  ablation: z.array(z.strictObject({ oracle: oracleSchema, missed: z.array(z.string()) })),
  /** Attempts of the sound reference engine without faults; what was found in them, and what was only told. */
  silent: z.strictObject({ attempts: z.int(), findings: z.int(), observed: z.int() }),
});

const waiversSchema = z.strictObject({
  path: z.string(),
  list: z.array(
    z.strictObject({
      finding: z.string().exactOptional(),
      engine: z.string().exactOptional(),
      scenario: z.string().exactOptional(),
      oracle: z.string().exactOptional(),
      item: z.string().exactOptional(),
      issue: z.string(),
      until: z.iso.date(),
      /** `unmatched`: no finding is meant by it. `expired`: it lets nothing pass any more. */
      state: z.enum(["used", "unmatched", "expired"]),
      /** That it is about. */
      findings: z.int(),
    }),
  ),
});

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
  schemaVersion: z.literal(3),
  /** Of all engines: the worst of theirs. */
  conformant: conformantSchema,
  /** Why, a sentence each. */
  reasons: z.array(z.string()),
  /** The run was ended before its end; what it had judged stands. */
  interrupted: z.boolean(),
  run: runSchema.extend({ endedAt: z.iso.datetime() }),
  profile: profileSchema,
  engines: z.array(
    engineSchema.extend({
      conformant: conformantSchema,
      /** Features that it was seen to have, whatever it claims. */
      inferred: featuresSchema.exactOptional(),
      /** With `--crash-points` only. */
      crashPoints: crashPointsSchema.exactOptional(),
    }),
  ),
  beside: besideSchema.exactOptional(),
  environment: environmentSchema,
  limits: limitsSchema,
  statistics: z.strictObject({
    core: countsSchema,
    extended: countsSchema,
    observed: countsSchema,
    /** Where there are such attempts. */
    power: countsSchema.exactOptional(),
  }),
  baseline: baselineSchema.exactOptional(),
  waivers: waiversSchema.exactOptional(),
  halfLife: z.array(halfLifeSchema).exactOptional(),
  ...reportFigures,
  /** With mutants of the reference engine in the run: what the oracles catch, recomputed from it. */
  detectionPower: powerSchema.exactOptional(),
  /** SHA-256 of manifest.yaml. */
  manifestDigest: sha256Schema,
  results: z.array(attemptSchema),
});

/** What fields are that a version does not have: never there. */
function lacking<K extends string>(fields: Readonly<Record<K, unknown>>) {
  const absent = Object.keys(fields).map((name) => [name, z.never().exactOptional()] as const);
  return Object.fromEntries(absent) as Record<K, z.ZodExactOptional<z.ZodNever>>;
}

const attemptSchemaV2 = attemptSchema.extend({
  ...lacking(attemptFigures),
  kernels: z.array(kernelSchema.omit({ iptables: true })).exactOptional(),
});

/** Schema version 2, which is still read, and written where a run that began with it is gone on with or joined. */
export const reportSchemaV2 = reportSchema.extend({
  schemaVersion: z.literal(2),
  engines: z.array(reportSchema.shape.engines.element.extend(lacking({ inferred: 0 }))),
  environment: environmentSchema.extend(lacking({ kernelFeatures: 0 })),
  results: z.array(attemptSchemaV2),
  ...lacking(reportFigures),
});

/** Schema version 1, which is read and never written any more: without digests of the evidence. */
export const reportSchemaV1 = reportSchemaV2.omit({ manifestDigest: true }).extend({
  schemaVersion: z.literal(1),
  profile: profileSchema.omit({ spec: true }),
  results: z.array(attemptSchemaV2.omit({ evidenceDigest: true })),
});

/** A report as it is written: of the schema version of its manifest. */
export type ConformanceReport = DeepReadonly<
  Omit<z.infer<typeof reportSchema>, "schemaVersion"> & { schemaVersion: 2 | 3 }
>;

/** A report as it is read: of this schema version, or of one before. */
export type KnownReport = ConformanceReport | DeepReadonly<z.infer<typeof reportSchemaV1>>;
