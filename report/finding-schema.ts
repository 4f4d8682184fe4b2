import { z } from "zod";
import type { AttemptLevel } from "../harness/model/profile.ts";
import type { ErrorRecord, FindingLevel, OracleName } from "../harness/model/verdict.ts";
import type { Family, StateItem } from "../harness/model/state.ts";

/** `readonly` all the way down: what a schema infers, as the model writes it. */
export type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** The names of a union as a list that the compiler holds complete: a new name must be added here. */
export function namesOf<T extends string>(names: Readonly<Record<T, true>>): [T, ...T[]] {
  return Object.keys(names) as [T, ...T[]];
}

/** As `Family`. */
export const familySchema = z.enum(
  namesOf<Family>({
    "iptables-legacy": true,
    "ip6tables-legacy": true,
    "iptables-nft": true,
    "ip6tables-nft": true,
    nftables: true,
    ipset: true,
    ipvs: true,
    address: true,
    link: true,
    route: true,
    rule: true,
    neighbour: true,
    conntrack: true,
    sysctl: true,
  }),
);

const itemKindSchema = z.enum(
  namesOf<StateItem["kind"]>({
    policy: true,
    chain: true,
    rule: true,
    set: true,
    member: true,
    map: true,
    table: true,
    route: true,
    address: true,
    link: true,
    neighbour: true,
    service: true,
    destination: true,
    flow: true,
    value: true,
  }),
);

const tokenSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("addresses"),
    family: z.union([z.literal(4), z.literal(6)]),
    first: z.string(),
    last: z.string(),
  }),
  z.strictObject({
    kind: z.literal("ports"),
    first: z.int(),
    last: z.int(),
    protocol: z.string().exactOptional(),
    role: z.enum(["source", "destination", "target"]),
  }),
  z.strictObject({ kind: z.literal("mark"), value: z.string() }),
  z.strictObject({ kind: z.literal("interface"), name: z.string() }),
  z.strictObject({ kind: z.literal("reference"), name: z.string() }),
  z.strictObject({ kind: z.literal("name"), name: z.string() }),
]);

/** One item of kernel state, as `StateItem`. */
export const itemSchema = z.strictObject({
  family: familySchema,
  table: z.string().exactOptional(),
  chain: z.string().exactOptional(),
  kind: itemKindSchema,
  text: z.string(),
  tokens: z.array(tokenSchema),
});

/** A description of items that an engine may keep, as `KeptItem`. */
const matcherFields = {
  title: z.string(),
  families: z.array(familySchema).exactOptional(),
  table: z.string().exactOptional(),
  chain: z.string().exactOptional(),
  kinds: z.array(itemKindSchema).exactOptional(),
  text: z.string().exactOptional(),
  tokens: z.array(tokenSchema).exactOptional(),
};
export const matcherSchema = z.strictObject(matcherFields);
export const keptItemSchema = z.strictObject({
  ...matcherFields,
  reason: z.string(),
  isByChance: z.literal(true).optional(),
  endsWithEngine: z.literal(true).optional(),
});

/** Level of a requirement or a finding. */
const levelSchema = z.enum(namesOf<FindingLevel>({ core: true, extended: true, observed: true }));

/** Level of an attempt: `power` says nothing about an engine under test. */
export const attemptLevelSchema = z.enum(
  namesOf<AttemptLevel>({ core: true, extended: true, observed: true, power: true }),
);

export const oracleSchema = z.enum(
  namesOf<OracleName>({
    "retired-identity": true,
    "unknown-identity": true,
    intent: true,
    residue: true,
    duplicates: true,
    bystander: true,
    traffic: true,
    "api-reachability": true,
    liveness: true,
    "api-residue": true,
    "exit-policy": true,
    convergence: true,
    growth: true,
    "rate-at-rest": true,
    "healed-late": true,
  }),
);

/** A finding as the report tells it: `Finding` of the model, and where to see it. */
const findingSchema = z.strictObject({
  oracle: oracleSchema,
  level: levelSchema,
  node: z.string().exactOptional(),
  item: itemSchema.exactOptional(),
  why: z.string(),
  owner: z.string().exactOptional(),
  firstSeen: z.strictObject({ step: z.string(), atMs: z.number() }).exactOptional(),
  step: z.string(),
  packet: z.string().exactOptional(),
  /** The snapshot that shows the item: its digest, the key into the attempt's recording. */
  snapshot: z.string().exactOptional(),
  /** Only with a baseline: whether the baseline has this finding too. */
  known: z.boolean().exactOptional(),
  /** What it is called when runs are compared (`findingKey`), and in files of waivers. */
  key: z.string().exactOptional(),
  /** Let pass until that day, for the reason behind the link. It is a finding all the same. */
  waived: z.strictObject({ issue: z.string(), until: z.iso.date() }).exactOptional(),
});

export type ReportedFinding = DeepReadonly<z.infer<typeof findingSchema>>;

const errorSchema: z.ZodType<ErrorRecord> = z.strictObject({ code: z.string(), message: z.string() });

/** Outcome of one attempt, as `Verdict` of the model. */
export const verdictSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("pass"),
    findings: z.tuple([findingSchema], findingSchema).exactOptional(),
  }),
  z.strictObject({ kind: z.literal("fail"), findings: z.tuple([findingSchema], findingSchema) }),
  z.strictObject({ kind: z.literal("error"), cause: errorSchema, findings: z.array(findingSchema) }),
  z.strictObject({
    kind: z.literal("not-exercised"),
    reason: z.enum(["fault", "overshoot", "environment", "interrupted"]),
    detail: z.string(),
  }),
  z.strictObject({ kind: z.literal("unsupported"), feature: z.string() }),
]);

export type ReportedVerdict = DeepReadonly<z.infer<typeof verdictSchema>>;
