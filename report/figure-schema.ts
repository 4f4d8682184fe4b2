import { z } from "zod";
import type { FeatureName } from "../harness/model/scenario.ts";
import { type DeepReadonly, familySchema, namesOf, oracleSchema } from "./finding-schema.ts";

const count = z.int().min(0);

const featureSchema = z.enum(
  namesOf<FeatureName>({
    egress: true,
    "egress-ipv6": true,
    "egress-cidr-discovery": true,
    "egress-ports": true,
    "route-table": true,
    "service-address": true,
    "control-plane-address": true,
    "control-plane-balancing": true,
    "service-rules": true,
    "policy-input": true,
    "ipvs-service": true,
    "leader-election": true,
    "fip-nat": true,
    uninstall: true,
    "settings-change": true,
  }),
);

/** Features that an engine was seen to have, claimed or not. */
export const featuresSchema = z.array(featureSchema);

/** One kind of way to the API server. `control` goes by no node: what the machine itself costs. */
const wayFields = {
  from: z.enum(["node", "pod", "control"]),
  connection: z.enum(["new", "kept"]),
  /** Answered or missed. */
  looks: count,
  missed: count,
  /** Late ones, and those in a time when nobody could be answered by our own doing: they say nothing. */
  setAside: count,
  outages: count,
  /** The longest outage that is certain, in ms; 0 without any. */
  maxOutageMs: z.number().min(0),
};

const availabilitySchema = z.strictObject({
  ...wayFields,
  /** At most so many ms -> answers. */
  answers: z.record(z.string(), count),
});

const bystandersSchema = z.strictObject({
  /** At nodes, once decoys had been planted. */
  looks: count,
  families: z.array(z.strictObject({ family: familySchema, planted: count, lost: count })),
  packets: count,
  packetsMissed: count,
});

const residueSchema = z.strictObject({
  /** Whether the API and the namespaces were as before the attempt: once each time it was tried. */
  checks: count,
  /** What was not: a sentence each. */
  left: z.array(z.string()),
});

const sensitivitySchema = z.strictObject({
  family: familySchema,
  oracle: oracleSchema,
  planted: count,
  caught: count,
  missed: z.array(z.string()),
});

/** Figures of one attempt since schema version 3, each absent where there is nothing to tell. */
export const attemptFigures = {
  availability: z.array(availabilitySchema).exactOptional(),
  bystanders: bystandersSchema.exactOptional(),
  /** What the harness itself left behind. */
  residue: residueSchema.exactOptional(),
  featuresShown: featuresSchema.exactOptional(),
  /** In which the engine had items at a look that was judged. */
  familiesWritten: z.array(familySchema).exactOptional(),
  /** Of the first attempt of a Core scenario: what the oracles see of changes planted into its recording. */
  sensitivity: z.array(sensitivitySchema).exactOptional(),
};

/** All attempts of an engine together. */
const availabilitySumSchema = z.strictObject({
  engine: z.string(),
  ...wayFields,
  attempts: count,
  /** Of the answers, at most so long, in ms; absent where none came. */
  p50Ms: z.number().exactOptional(),
  p99Ms: z.number().exactOptional(),
});

export type AvailabilityFigures = DeepReadonly<z.infer<typeof availabilitySumSchema>>;

const bystanderSumSchema = bystandersSchema.extend({ engine: z.string(), attempts: count });

export type BystanderSums = DeepReadonly<z.infer<typeof bystanderSumSchema>>;

const residueSumSchema = z.strictObject({
  /** In which it was looked for. */
  attempts: count,
  checks: count,
  left: z.array(z.strictObject({ attempt: z.string(), what: z.string() })),
});

export type ResidueFigures = DeepReadonly<z.infer<typeof residueSumSchema>>;

const familySensitivitySchema = z.strictObject({
  engine: z.string(),
  family: familySchema,
  /** Whether the engine had items of the family in an attempt of Core; else only what is somebody else's stood there. */
  written: z.boolean(),
  /** Recordings that something was planted into. */
  recordings: count,
  oracles: z.array(z.strictObject({ oracle: oracleSchema, planted: count, caught: count })),
  /** What was not caught, each once. */
  missed: z.array(z.strictObject({ oracle: oracleSchema, what: z.string() })),
});

export type FamilySensitivity = DeepReadonly<z.infer<typeof familySensitivitySchema>>;

/** Sums of a report since schema version 3, each absent where no attempt tells. */
export const reportFigures = {
  availability: z.array(availabilitySumSchema).exactOptional(),
  bystanders: z.array(bystanderSumSchema).exactOptional(),
  residue: residueSumSchema.exactOptional(),
  oracleSensitivity: z.array(familySensitivitySchema).exactOptional(),
};

/** What the kernels of the nodes are asked for by name. */
export const iptablesBackendSchema = z.enum(["nf_tables", "legacy"]);
