import { z } from "zod";
import {
  attemptLevelSchema,
  type DeepReadonly,
  keptItemSchema,
  matcherSchema,
  oracleSchema,
} from "./finding-schema.ts";

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
const imageDigestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const time = z.iso.datetime();

/** What a run was asked for. */
export const runSchema = z.strictObject({
  /** Name of the run's directory. */
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  startedAt: time,
  /** All chance of the run comes from it. */
  seed: z.int().min(0).max(0xffffffff),
  /** The arguments of `npm run conformance --`, as given. */
  commandLine: z.array(z.string()),
  clusters: z.int().min(1),
  /** Version of this suite. */
  suiteVersion: z.string(),
});

export const profileSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** SHA-256 of the profile's content, independent of its layout. */
  digest: sha256Schema,
  /** SHA-256 of all that the profile asks for: its content, the scenarios that it names, and what the oracles demand. */
  spec: sha256Schema.exactOptional(),
});

const programSchema = z.strictObject({
  sha256: sha256Schema,
  /** `cluster`: it ran in the user's own already, and digest and path are those of its image (the digest is that of the reference where no node told the image's). */
  source: z.enum([
    "engine-binary",
    "engines-directory",
    "engine-image",
    "project",
    "control-plane",
    "cluster",
  ]),
  /** Where it was on the machine of the run, if the user gave it; of an image: the archive, or the reference. */
  path: z.string().exactOptional(),
  /** The image whose root file system it was run in. */
  imageDigest: imageDigestSchema.exactOptional(),
});

/** The engine that somebody put beside those under test. Since schema version 3. */
export const besideSchema = z.strictObject({
  /** `kube-router@v2.2.1/service-proxy`. */
  label: z.string(),
  /** What to give to `--beside` to have it again. */
  argument: z.string(),
  name: z.string(),
  version: z.string().exactOptional(),
  program: programSchema,
});

/** An engine under test, with all that it declares: what it declares to keep is not judged. */
export const engineSchema = z.strictObject({
  /** Key of the engine in this report: `kube-vip@v0.8.5/rt`. */
  label: z.string(),
  /** What to give to `--engine` to have it again. */
  argument: z.string(),
  name: z.string(),
  version: z.string().exactOptional(),
  /** Versions that it is upgraded from, oldest first, each with its program. */
  from: z
    .array(
      z.strictObject({
        version: z.string(),
        sha256: sha256Schema,
        path: z.string().exactOptional(),
        imageDigest: imageDigestSchema.exactOptional(),
      }),
    )
    .exactOptional(),
  variant: z.string(),
  options: z.record(z.string(), z.string()),
  program: programSchema,
  features: z.array(z.string()),
  keeps: z.array(keptItemSchema),
  keepsObjects: z.array(z.strictObject({ kind: z.string(), name: z.string(), reason: z.string() })),
  constants: z.array(z.strictObject({ cidr: z.string(), reason: z.string() })),
  /** Table and protocol of routes that others may share with it. */
  sharedRoutes: z.strictObject({ table: z.int(), protocol: z.int() }).exactOptional(),
  /** Names that change with every change, and the comments by which they are compared. */
  hashedNames: z.array(z.strictObject({ name: z.string(), comment: z.string() })).exactOptional(),
  /** Order of rules in a chain. */
  ruleOrders: z
    .array(z.strictObject({ first: matcherSchema, later: matcherSchema, reason: z.string() }))
    .exactOptional(),
  exit: z.strictObject({ policy: z.enum(["cleans", "keeps"]), except: z.array(keptItemSchema) }),
  worstCaseMs: z.number(),
  settleMs: z.number(),
});

/** The machine and the programs that the run used. */
export const environmentSchema = z.strictObject({
  provider: z.enum(["sandbox", "kind", "existing"]),
  /** Whether the run kept root (`--as-root`). */
  asRoot: z.boolean(),
  os: z.string(),
  kernel: z.string(),
  arch: z.string(),
  cpus: z.int().min(1),
  memoryBytes: z.int().min(0),
  /** Tool -> what it says its version is: iptables, ip, nft, ipset, conntrack, node. */
  tools: z.record(z.string(), z.string()),
  /**
   * What engines ask of this machine's kernel (`ip_vs`, `iptables-nft`, `ipset` ...) -> whether it works, tried by doing it.
   * Modules that are built in are in no list of modules. Since schema version 3.
   */
  kernelFeatures: z.record(z.string(), z.boolean()).exactOptional(),
  kubernetes: z.string(),
  etcd: z.string(),
  controlPlaneSource: z.string(),
});

/** All durations in ms, as `Limits`. */
export const limitsSchema = z.strictObject({
  convergenceMs: z.number(),
  apiOutageMs: z.number(),
  exitMs: z.number(),
});

/**
 * `index`: without faults, every write is looked at. `restarted`: killed and started at the end of each step.
 * `crash-point`: killed after one of those writes. `fresh`: the version under
 * test on a fresh node, with which `upgraded` is compared. Absent: the profile's own.
 */
export const roleSchema = z.enum(["index", "restarted", "crash-point", "fresh", "upgraded"]);

/** What is broken in the reference engine, in attempts of level `power`. */
export const mutantSchema = z.strictObject({
  name: z.string(),
  /** Where an engine really did this. */
  upstream: z.string(),
  /** The oracle that is meant to catch it. */
  oracle: oracleSchema,
});

const plannedSchema = z.strictObject({
  /** Name of the attempt's directory below attempts/. */
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9@._+-]*$/),
  scenario: z.string(),
  /** Label of the engine. */
  engine: z.string(),
  /** Label of the other engine on its nodes, where somebody chose which. */
  beside: z.string().exactOptional(),
  level: attemptLevelSchema,
  role: roleSchema.exactOptional(),
  mutant: mutantSchema.exactOptional(),
  seed: z.int().min(0).max(0xffffffff),
  /** The feature that the engine does not claim: the attempt is not run. */
  unsupported: z.string().exactOptional(),
});

/** `manifest.yaml`: what a run is going to do, written before it does it. */
export const manifestSchema = z.strictObject({
  apiVersion: z.literal("leakproof.dev/v1"),
  kind: z.literal("RunManifest"),
  schemaVersion: z.literal([1, 2, 3]),
  run: runSchema,
  profile: profileSchema,
  engines: z.array(engineSchema),
  beside: besideSchema.exactOptional(),
  environment: environmentSchema,
  limits: limitsSchema,
  attempts: z.array(plannedSchema),
});

export type RunManifest = DeepReadonly<z.infer<typeof manifestSchema>>;
export type PlannedEntry = RunManifest["attempts"][number];
export type ManifestEngine = RunManifest["engines"][number];
export type ManifestBeside = NonNullable<RunManifest["beside"]>;
export type Environment = RunManifest["environment"];
