import { describe, expect, it } from "vitest";
import type { Plan } from "../../harness/model/plan.ts";
import type { Recording, RecordedEvent } from "../../harness/model/recording.ts";
import type { PlannedAttempt } from "../../harness/run/select.ts";
import { drawPlans, type Ground, placesOf, windowsOf } from "./draw-plans.ts";

const step = (atMs: number, name: string, state: "begin" | "end"): RecordedEvent => ({
  kind: "step",
  atMs,
  step: name,
  state,
});
const engine = (atMs: number, state: "spawned" | "ready" | "killed"): RecordedEvent => ({
  kind: "engine",
  atMs,
  node: "n0",
  state,
});
const write = (atMs: number, name: string): RecordedEvent => ({
  kind: "write",
  atMs,
  step: name,
  verb: "create",
  target: "Service ns/x",
});
const settled = (atMs: number, name: string): RecordedEvent => ({
  kind: "quiet",
  atMs,
  step: name,
  quiet: true,
  waitedMs: 1,
});
const begin = {
  kind: "begin",
  atMs: 0,
  nodes: [{ name: "n0" }],
  engineProfile: {},
} as unknown as RecordedEvent;

const events: readonly RecordedEvent[] = [
  begin,
  step(10, "<start>", "begin"),
  engine(20, "spawned"),
  engine(50, "ready"),
  step(450, "<start>", "end"),
  step(450, "created", "begin"),
  write(500, "created"),
  { kind: "engine-write", atMs: 600, node: "n0", method: "PUT", path: "/api/v1/x", status: 200 },
  settled(2_500, "created"),
  step(9_000, "created", "end"),
  step(9_000, "down", "begin"),
  engine(9_001, "killed"),
  settled(9_100, "down"),
  step(9_200, "down", "end"),
  step(9_200, "up", "begin"),
  engine(9_300, "spawned"),
  engine(9_400, "ready"),
  settled(10_400, "up"),
  step(10_400, "up", "end"),
  step(10_500, "<canary>", "begin"),
  step(10_900, "<canary>", "end"),
];

function groundOf(scenario: string): Ground {
  const plan = {
    schemaVersion: 1,
    id: `e.${scenario}.index`,
    world: `e.${scenario}`,
    scenario,
    indexed: true,
    seed: 1,
  } as unknown as Plan;
  const recording: Recording = { schemaVersion: 1, plan, events, snapshots: {} };
  const index = { plan, level: "extended", role: "index" } as unknown as PlannedAttempt;
  return { index, indexed: recording, plain: recording, reference: `/x/e.${scenario}.index` };
}
const grounds = ["a", "b", "c"].map(groundOf);

function first(count: number, ...args: Parameters<typeof drawPlans>): readonly PlannedAttempt[] {
  return [...drawPlans(...args).take(count)];
}

describe("windowsOf", () => {
  it("reaches from the last operation until it has settled, where the engine runs", () => {
    expect(windowsOf(groundOf("a").plain)).toEqual([
      { step: "<start>", node: 0, durationMs: 400, isFollowed: true },
      { step: "created", node: 0, durationMs: 2_000, isFollowed: true },
      { step: "up", node: 0, durationMs: 1_000, isFollowed: false },
    ]);
  });
});

describe("drawPlans", () => {
  it("takes the scenarios in turn, in the same order for each way", () => {
    const orderOf = (attempts: readonly PlannedAttempt[]): readonly string[] =>
      attempts.map(({ plan }) => plan.scenario);
    const random = orderOf(first(6, "random-times", grounds, 7));
    expect(new Set(random.slice(0, 3)).size).toBe(3);
    expect(random.slice(3)).toEqual(random.slice(0, 3));
    expect(orderOf(first(3, "api-writes", grounds, 7))).toEqual(random.slice(0, 3));
  });

  it("draws the same by the same seed, and something else by another", () => {
    const idsAndFaults = (seed: number): string =>
      JSON.stringify(first(30, "random-times", grounds, seed).map(({ plan }) => [plan.id, plan.faults]));
    expect(idsAndFaults(7)).toBe(idsAndFaults(7));
    expect(idsAndFaults(7)).not.toBe(idsAndFaults(8));
  });

  it("draws times inside of the windows, with both ways to heal where a step follows", () => {
    const attempts = first(600, "random-times", grounds, 3);
    const windows = new Map(windowsOf(groundOf("a").plain).map((window) => [window.step, window]));
    const heals = new Set<string>();
    for (const { plan, reference } of attempts) {
      const [fault, ...others] = plan.faults ?? [];
      expect(others).toEqual([]);
      expect(plan).not.toHaveProperty("indexed");
      expect(reference).toBe(`/x/${plan.world}.index`);
      if (fault?.trigger.at !== "elapsed") throw new Error("another trigger");
      expect(fault.trigger.ms).toBeGreaterThanOrEqual(0);
      expect(fault.trigger.ms).toBeLessThanOrEqual(windows.get(fault.step)?.durationMs ?? -1);
      heals.add(`${fault.step} ${fault.heal}`);
    }
    expect([...heals].toSorted()).toEqual([
      "<start> next-step",
      "<start> same-step",
      "created next-step",
      "created same-step",
      "up same-step",
    ]);
    expect(new Set(attempts.map(({ plan }) => plan.id)).size).toBe(600);
  });

  it("tries every place of a recording once, and ends then", () => {
    const places = grounds.reduce((sum, ground) => sum + (placesOf("api-writes", ground) ?? 0), 0);
    const attempts = first(1_000, "api-writes", grounds, 5);
    expect(places).toBeGreaterThan(0);
    expect(attempts).toHaveLength(places);
    expect(new Set(attempts.map(({ plan }) => plan.id)).size).toBe(places);
    expect(attempts.every(({ role }) => role === "crash-point")).toBe(true);
  });

  it("has nothing to draw from nothing", () => {
    expect(first(5, "random-times", [], 1)).toEqual([]);
    expect(placesOf("random-times", groundOf("a"))).toBeUndefined();
  });
});
