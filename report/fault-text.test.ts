import { describe, expect, it } from "vitest";
import type { FaultAction, FaultTrigger, PlannedFault } from "../harness/model/fault.ts";
import { renderFault } from "./fault-text.ts";
import { planSchema } from "./plan-schema.ts";
import { planOf } from "./report.fixture.ts";

const point = {
  what: "IPT_SO_SET_REPLACE mangle",
  argv: ["iptables", "-A"],
  occurrence: 2,
  index: 5,
  state: "s",
};
const api = { method: "PUT", path: "/api/v1/x", occurrence: 1, answer: "withheld" } as const;
/** One of every kind: a new kind must be added here, and is then asked for in text and schema. */
const triggers: { readonly [At in FaultTrigger["at"]]: FaultTrigger & { readonly at: At } } = {
  "step-begin": { at: "step-begin" },
  "operations-sent": { at: "operations-sent" },
  elapsed: { at: "elapsed", ms: 250 },
  settled: { at: "settled" },
  "nth-write": { at: "nth-write", nth: 2 },
  "kernel-write": { at: "kernel-write", point },
  "api-write": { at: "api-write", point: api },
};
const actions: { readonly [Kind in FaultAction["kind"]]: FaultAction & { readonly kind: Kind } } = {
  kill: { kind: "kill", scope: "engine" },
  terminate: { kind: "terminate" },
  pause: { kind: "pause", forMs: 100 },
  "restart-loop": { kind: "restart-loop", times: 3 },
  hold: { kind: "hold" },
  hurry: { kind: "hurry", gapMs: 20 },
  "api-latency": { kind: "api-latency", delayMs: 50, match: { resource: "services" } },
  "api-status": {
    kind: "api-status",
    status: 429,
    retryAfterS: 1,
    times: 2,
    match: { verbs: ["update", "patch"] },
  },
  "api-watch-cut": { kind: "api-watch-cut" },
  "api-watch-gone": { kind: "api-watch-gone" },
  "api-stale": { kind: "api-stale" },
  "api-down": { kind: "api-down" },
  "api-server-restart": { kind: "api-server-restart" },
  "xtables-lock": { kind: "xtables-lock" },
  "call-fails": { kind: "call-fails", error: "EBUSY", times: 1, call: "sendto" },
  "tool-fails": { kind: "tool-fails", tool: "iptables", exitCode: 4, stderr: "busy", times: 1 },
  "set-in-use": { kind: "set-in-use" },
  "link-down": { kind: "link-down" },
  "foreign-deletion": { kind: "foreign-deletion", of: "rule", pick: 0 },
  "node-reboot": { kind: "node-reboot" },
  "pod-deleted": { kind: "pod-deleted", graceSeconds: 30 },
  "daemon-set-rolled": { kind: "daemon-set-rolled" },
  "kubelet-stopped": { kind: "kubelet-stopped" },
  "image-missing": { kind: "image-missing" },
  "node-restarted": { kind: "node-restarted" },
};
const faultOf = (action: FaultAction, trigger: FaultTrigger, heal: PlannedFault["heal"] = "same-step") =>
  ({ action, step: "created", node: 0, trigger, heal }) as const;
const kill: FaultAction = { kind: "kill", scope: "tree" };

describe("renderFault", () => {
  it("says what was written last, and by whom", () => {
    expect(renderFault(faultOf(kill, { at: "kernel-write", point }, "next-step"))).toBe(
      'the engine and all that it started are killed on node 0 in step "created", after kernel write 5: IPT_SO_SET_REPLACE mangle, for the 2. time, by iptables -A; healed in the next step, after its operations',
    );
    const gone = { ...point, argv: [], occurrence: 1 };
    expect(renderFault(faultOf(kill, { at: "kernel-write", point: gone }))).toMatch(
      /mangle, by a process that is gone$/,
    );
  });

  it("tells every action and every trigger from the others", () => {
    const texts = [
      ...Object.values(actions).map((action) => renderFault(faultOf(action, { at: "settled" }))),
      ...Object.values(triggers).map((trigger) => renderFault({ ...faultOf(kill, trigger), node: "all" })),
      renderFault(faultOf(kill, { at: "kernel-write", point: { ...point, index: 0 } })),
    ];
    expect(new Set(texts).size).toBe(texts.length);
    for (const text of texts) expect(text).not.toContain("undefined");
  });
});

describe("planSchema", () => {
  const plan = planOf("kv.moves.crash-001", "egress-moves");
  const all = [
    ...Object.values(actions).map((action) => faultOf(action, { at: "settled" })),
    ...Object.values(triggers).map((trigger) => faultOf(kill, trigger)),
  ];

  it("reads back every fault that there is", () => {
    const full = { ...plan, world: "kv.moves", faults: all, indexed: true } as const;
    expect(planSchema.parse(JSON.parse(JSON.stringify(full)))).toEqual(full);
    expect(planSchema.parse(plan)).toEqual(plan);
  });

  it.each([
    ["an unknown fault", { ...plan, faults: [faultOf({ kind: "melt" } as never, { at: "settled" })] }],
    ["an unknown trigger", { ...plan, faults: [faultOf(kill, { at: "lunch" } as never)] }],
    ["an unknown field", { ...plan, surprise: 1 }],
    ["another version", { ...plan, schemaVersion: 2 }],
    ["an id that leads elsewhere", { ...plan, id: "../x" }],
    ["nothing", null],
  ])("refuses %s", (_, value) => {
    expect(planSchema.safeParse(value).success).toBe(false);
  });
});
