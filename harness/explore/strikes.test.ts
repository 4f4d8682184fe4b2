import { expect, it } from "vitest";
import type { RecordedEvent, Recording } from "../model/recording.ts";
import type { Schedule, ScheduledTrigger } from "../model/schedule.ts";
import { fakeRun } from "./fake-engine.fixture.ts";
import { plannedFaults, withoutRecorded } from "./strikes.ts";

function scheduleWith(trigger: ScheduledTrigger): Schedule {
  const fault = { action: { kind: "kill", scope: "tree" }, trigger, heal: "next-step" } as const;
  const created = { operations: [{ op: "create", object: 0 } as const], fault };
  return { feature: "egress", steps: [created, { operations: [{ op: "delete", object: 0 }] }] };
}

const [node, step] = ["n1", "step-1"];

function write(index: number, what: string, state: string): readonly RecordedEvent[] {
  const argv = ["iptables", "-A", "x"];
  return [
    { kind: "kernel-write", atMs: index, node, index, pid: 1, argv, call: "sendto", what, write: "rules" },
    { kind: "kernel-state", atMs: index, node, step, index, digest: state, state, heldMs: 1 },
  ];
}

function recordingOf(...events: readonly RecordedEvent[]): Recording {
  const { base } = fakeRun();
  const plan = { schemaVersion: 1, id: "x", scenario: "y", ...base, settings: {} } as const;
  const nodes = [{ name: node, ipv4: "172.30.0.10", ipv6: "fd00:30::10" }];
  const begin = {
    kind: "begin",
    atMs: 0,
    nodes,
    networks: [],
    engineProfile: {},
  } as unknown as RecordedEvent;
  const edge = (state: "begin" | "end"): RecordedEvent => ({ kind: "step", atMs: 0, step, state });
  return { schemaVersion: 1, plan, snapshots: {}, events: [begin, edge("begin"), ...events, edge("end")] };
}

const recording = recordingOf(
  { kind: "kernel-state", atMs: 0, node, step, index: 0, digest: "empty", state: "empty", heldMs: 1 },
  ...write(1, "RTM_NEWROUTE", "one"),
  { kind: "engine-write", atMs: 1, node, method: "PUT", path: "/apis/x/leases/y", status: 200 },
  { kind: "engine-write", atMs: 2, node, method: "PUT", path: "/api/v1/services/a?x=1", status: 200 },
  ...write(2, "RTM_NEWROUTE", "two"),
  { kind: "engine-write", atMs: 3, node, method: "PUT", path: "/api/v1/services/a", status: 409 },
);

it("strikes after the picked write, with the state that proves it", () => {
  const triggerOf = (pick: number) =>
    plannedFaults(scheduleWith({ at: "recorded-write", pick }), recording)?.[0]?.trigger;
  expect(triggerOf(1)).toMatchObject({
    at: "kernel-write",
    point: { state: "two", occurrence: 2, index: 2 },
  });
  expect(triggerOf(2)).toEqual(triggerOf(0));
  expect(triggerOf(0)).not.toEqual(triggerOf(1));
});

it("strikes at the picked write to the API, with each kind of answer, and never at a lease", () => {
  const triggers = [0, 1, 2, 3, 4, 5].map(
    (pick) => plannedFaults(scheduleWith({ at: "recorded-api-write", pick }), recording)?.[0]?.trigger,
  );
  const points = triggers.flatMap((trigger) => (trigger?.at === "api-write" ? [trigger.point] : []));
  expect(points.map(({ path, occurrence, answer }) => `${path} ${occurrence} ${answer}`)).toEqual([
    "/api/v1/services/a 1 before",
    "/api/v1/services/a 2 before",
    "/api/v1/services/a 1 withheld",
    "/api/v1/services/a 2 withheld",
    "/api/v1/services/a 1 given",
    "/api/v1/services/a 2 given",
  ]);
});

it("gives no faults at all where one has no point", () => {
  expect(plannedFaults(scheduleWith({ at: "recorded-write", pick: 0 }), recordingOf())).toBeUndefined();
  expect(plannedFaults(scheduleWith({ at: "recorded-write", pick: 0 }))).toBeUndefined();
});

it("needs no recording for the other triggers", () => {
  const schedule = scheduleWith({ at: "settled" });
  expect(withoutRecorded(schedule)).toBeUndefined();
  expect(plannedFaults(schedule)).toEqual([
    { action: { kind: "kill", scope: "tree" }, step, node: 0, trigger: { at: "settled" }, heal: "next-step" },
  ]);
});

it("records a schedule without the fault that waits for the recording", () => {
  const bare = withoutRecorded(scheduleWith({ at: "recorded-write", pick: 3 }));
  expect(bare?.steps.map(({ fault }) => fault)).toEqual([undefined, undefined]);
});
