import { z } from "zod";
import type { Plan } from "../harness/model/plan.ts";
import { limitsSchema } from "./manifest-schema.ts";

const match = z
  .strictObject({
    verbs: z.array(z.enum(["get", "list", "watch", "create", "update", "patch", "delete"])).exactOptional(),
    resource: z.string().exactOptional(),
  })
  .exactOptional();
const times = z.int().min(1);

const actionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("kill"), scope: z.enum(["tree", "engine"]) }),
  z.strictObject({ kind: z.literal("terminate") }),
  z.strictObject({ kind: z.literal("pause"), forMs: z.number().min(0) }),
  z.strictObject({ kind: z.literal("restart-loop"), times }),
  z.strictObject({ kind: z.literal("hold") }),
  z.strictObject({ kind: z.literal("api-latency"), delayMs: z.number().min(0), match }),
  z.strictObject({
    kind: z.literal("api-status"),
    status: z.literal([403, 409, 429, 500]),
    retryAfterS: z.number().min(0).exactOptional(),
    times: times.exactOptional(),
    match,
  }),
  z.strictObject({ kind: z.literal("hurry"), gapMs: z.number().min(0) }),
  z.strictObject({ kind: z.literal("api-watch-cut"), match }),
  z.strictObject({ kind: z.literal("api-watch-gone"), match }),
  z.strictObject({ kind: z.literal("api-stale"), match }),
  z.strictObject({ kind: z.literal("api-down") }),
  z.strictObject({ kind: z.literal("api-server-restart") }),
  z.strictObject({ kind: z.literal("xtables-lock") }),
  z.strictObject({
    kind: z.literal("call-fails"),
    error: z.enum(["EBUSY", "EEXIST", "ENOBUFS"]),
    times,
    call: z.enum(["sendmsg", "sendto", "setsockopt"]).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("tool-fails"),
    tool: z.string(),
    exitCode: z.int(),
    stderr: z.string(),
    times,
  }),
  z.strictObject({ kind: z.literal("set-in-use") }),
  z.strictObject({ kind: z.literal("link-down") }),
  z.strictObject({
    kind: z.literal("foreign-deletion"),
    of: z.enum(["rule", "chain", "member", "route"]),
    pick: z.int().min(0),
  }),
  z.strictObject({ kind: z.literal("node-reboot") }),
  z.strictObject({ kind: z.literal("pod-deleted"), graceSeconds: z.int().min(0) }),
  z.strictObject({ kind: z.literal("daemon-set-rolled") }),
  z.strictObject({ kind: z.literal("kubelet-stopped") }),
  z.strictObject({ kind: z.literal("image-missing") }),
  z.strictObject({ kind: z.literal("node-restarted") }),
]);

const triggerSchema = z.discriminatedUnion("at", [
  z.strictObject({ at: z.literal("step-begin") }),
  z.strictObject({ at: z.literal("operations-sent") }),
  z.strictObject({ at: z.literal("elapsed"), ms: z.number().min(0) }),
  z.strictObject({ at: z.literal("settled") }),
  z.strictObject({ at: z.literal("nth-write"), nth: times }),
  z.strictObject({
    at: z.literal("kernel-write"),
    point: z.strictObject({
      what: z.string(),
      argv: z.array(z.string()),
      occurrence: z.int(),
      index: z.int(),
      state: z.string(),
      parts: z.record(z.string(), z.string()).exactOptional(),
    }),
  }),
  z.strictObject({
    at: z.literal("api-write"),
    point: z.strictObject({
      method: z.string(),
      path: z.string(),
      occurrence: z.int(),
      answer: z.enum(["before", "withheld", "given"]),
    }),
  }),
]);

export const faultSchema = z.strictObject({
  action: actionSchema,
  step: z.string(),
  node: z.union([z.int().min(0), z.literal("all")]),
  trigger: triggerSchema,
  heal: z.enum(["same-step", "next-step"]),
});

const selectionSchema = z.strictObject({
  name: z.string(),
  version: z.string().exactOptional(),
  from: z.array(z.string()).exactOptional(),
  variant: z.string(),
  options: z.record(z.string(), z.string()),
});

/** `plan.json`, as `Plan` of the model. What a schedule and settings hold is not looked into. */
const shape = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9@._+-]*$/),
  scenario: z.string(),
  engine: selectionSchema,
  engineDigest: z.string(),
  beside: selectionSchema.exactOptional(),
  settings: z.looseObject({}),
  limits: limitsSchema,
  seed: z.int().min(0),
  world: z.string().exactOptional(),
  faults: z.array(faultSchema).exactOptional(),
  fresh: z.literal(true).exactOptional(),
  indexed: z.literal(true).exactOptional(),
  schedule: z.looseObject({}).exactOptional(),
});

/** Reads a plan. A fault of a kind that this version does not know is refused. */
export const planSchema: z.ZodType<Plan> = shape.transform((plan) => plan as unknown as Plan);
