import { z } from "zod";
import { kernelFeatures } from "../../harness/model/kernel-feature.ts";
import type { FeatureName } from "../../harness/model/scenario.ts";
import { families, type StateItem } from "../../harness/model/state.ts";
import { readNetwork } from "../../harness/state/address.ts";

/** The form of an engine file (docs/adding-an-engine.md explains every field). Strict: a field that nobody reads is a mistake. */

const features = [
  "egress",
  "egress-ipv6",
  "egress-cidr-discovery",
  "egress-ports",
  "route-table",
  "service-address",
  "service-rules",
  "policy-input",
  "ipvs-service",
  "leader-election",
] as const satisfies readonly FeatureName[];

const kinds = [
  "policy",
  "chain",
  "rule",
  "set",
  "member",
  "map",
  "table",
  "route",
  "address",
  "link",
  "neighbour",
  "service",
  "destination",
  "flow",
  "value",
] as const satisfies readonly StateItem["kind"][];

/** A number or text of YAML, as text: `table: 198` and `table: nat`. */
const scalar = z.union([z.string(), z.number()]).transform(String);
const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "must be lower-case letters, digits and dashes");
const sentence = z.string().trim().min(1, "must say something");
const milliseconds = z.int().min(1).max(600_000);

/** Placeholders stand for text that needs no escaping, so a pattern must also be one with words in their place. */
const pattern = z.string().refine(
  (text) => {
    try {
      return new RegExp(text.replace(/\$\{[^}]*\}/g, "x")) instanceof RegExp;
    } catch {
      // Reported as the problem below.
      return false;
    }
  },
  { error: ({ input }) => `is no regular expression: ${JSON.stringify(input)}` },
);

const matcherFields = {
  title: sentence,
  families: z.array(z.enum(families)).min(1).optional(),
  table: scalar.optional(),
  chain: pattern.optional(),
  kinds: z.array(z.enum(kinds)).min(1).optional(),
  text: pattern.optional(),
};

const matcher = z.strictObject({
  ...matcherFields,
  addresses: z.array(z.string()).optional(),
  ports: z
    .array(z.strictObject({ port: scalar, role: z.enum(["source", "destination", "target"]) }))
    .optional(),
});

const kept = z.strictObject({
  ...matcherFields,
  reason: sentence,
  isByChance: z.literal(true).optional(),
  endsWithEngine: z.literal(true).optional(),
});

const policyRule = z.strictObject({
  apiGroups: z.array(z.string()).min(1),
  resources: z.array(z.string()).min(1),
  verbs: z.array(z.string()).min(1),
  resourceNames: z.array(z.string()).optional(),
});

const annotated = z.strictObject({
  annotations: z.record(z.string(), scalar),
  externalTrafficPolicy: z.enum(["Cluster", "Local"]).default("Cluster"),
  endpoints: z.boolean().default(false),
});

export const engineFile = z.strictObject({
  apiVersion: z.literal("leakproof.dev/v1"),
  kind: z.literal("Engine"),
  name,
  title: sentence,
  variants: z.array(name).min(1).default(["default"]),
  options: z.record(z.string(), scalar.nullable()).default({}),
  command: z
    .array(
      z.union([scalar, z.array(scalar).min(1)], "must be a text, or a list of texts that belong together"),
    )
    .min(1),
  env: z.record(z.string(), scalar).default({}),
  files: z.record(z.string(), z.string()).default({}),
  hostname: z.string().default("${node}"),
  ready: pattern.optional(),
  features: z.array(z.enum(features)).min(1),
  kernel: z.array(z.enum(kernelFeatures)).default([]),
  keeps: z.array(kept).default([]),
  keepsObjects: z.array(z.strictObject({ kind: sentence, name: pattern, reason: sentence })).default([]),
  constants: z
    .array(
      z.strictObject({
        cidr: z.string().refine((text) => readNetwork(text) !== undefined, "is no address and no network"),
        reason: sentence,
      }),
    )
    .default([]),
  sharedRoutes: z.strictObject({ table: z.int().min(1), protocol: z.int().min(1).max(255) }).optional(),
  exit: z.strictObject({ policy: z.enum(["cleans", "keeps"]), except: z.array(kept).default([]) }),
  worstCaseMs: milliseconds,
  settleMs: milliseconds,
  access: z.strictObject({
    namespace: name.default("kube-system"),
    serviceAccount: name,
    cluster: z.array(policyRule).default([]),
    kubeSystem: z.array(policyRule).default([]),
  }),
  objects: z
    .strictObject({
      "egress-service": annotated.optional(),
      "routed-service": annotated.optional(),
      "address-service": annotated.optional(),
    })
    .default({}),
  intent: z.strictObject({
    egress: z.array(matcher).optional(),
    "egress-port": z.array(matcher).optional(),
    "egress-exempt": z.array(matcher).optional(),
    route: z.array(matcher).optional(),
    address: z.array(matcher).optional(),
    "service-port": z.array(matcher).optional(),
    "node-port": z.array(matcher).optional(),
    "service-address": z.array(matcher).optional(),
    "own-address": z.array(matcher).optional(),
    "input-exempt": z.array(matcher).optional(),
    "pod-guarded": z.array(matcher).optional(),
    "policy-client": z.array(matcher).optional(),
  }),
});

export type EngineFile = z.output<typeof engineFile>;
export type FileMatcher = z.output<typeof matcher>;
export type FileKept = z.output<typeof kept>;
