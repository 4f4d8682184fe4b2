import { describe, expect, it } from "vitest";
import type { RecordedEvent } from "../harness/model/recording.ts";
import { countWrites, sumCrashPoints } from "./crash-points.ts";
import { failed, planOf } from "./report.fixture.ts";

const state = (
  node: string,
  index: number,
  step: string,
  digest: string,
  comparable = digest,
): RecordedEvent => ({
  kind: "kernel-state",
  atMs: index,
  node,
  step,
  index,
  digest,
  state: comparable,
  heldMs: 1,
});

const recordingOf = (...events: RecordedEvent[]) => ({
  schemaVersion: 1 as const,
  plan: planOf("a.index", "b"),
  events,
  snapshots: {},
});

describe("countWrites", () => {
  it("counts writes, those that changed something, and equal states once", () => {
    const recording = recordingOf(
      state("n1", 0, "created", "a"),
      state("n1", 1, "created", "b"),
      state("n1", 2, "created", "b"),
      state("n1", 3, "created", "a"),
      state("n1", 4, "created", "b2", "b"),
      state("n1", 5, "deleted", "a"),
    );
    expect(countWrites(recording)).toEqual({ indexed: 5, effective: 4, distinct: 3 });
  });

  it("keeps nodes apart, and leaves the harness's own steps out", () => {
    const recording = recordingOf(
      state("n1", 0, "created", "a"),
      state("n2", 0, "created", "a"),
      state("n1", 1, "created", "b"),
      state("n2", 1, "created", "b"),
      state("n1", 2, "<canary>", "c"),
      state("n1", 3, "<empty>", "d"),
    );
    expect(countWrites(recording)).toEqual({ indexed: 2, effective: 2, distinct: 2 });
  });

  it("is zero where nothing was looked at", () => {
    expect(countWrites(recordingOf())).toEqual({ indexed: 0, effective: 0, distinct: 0 });
  });
});

describe("sumCrashPoints", () => {
  const pass = { kind: "pass" } as const;
  const missed = { kind: "not-exercised", reason: "overshoot", detail: "x" } as const;
  const writes = { indexed: 4, effective: 3, distinct: 2 };
  const index = { role: "index", verdict: pass, writes } as const;
  const point = (verdict: Parameters<typeof sumCrashPoints>[0][number]["verdict"], fired: boolean) =>
    ({ role: "crash-point", verdict, faults: [{ what: "killed", fired }] }) as const;

  it("is nothing without crash points", () => {
    expect(sumCrashPoints([{ verdict: pass }])).toBeUndefined();
  });

  it("adds up what was seen and what came of it", () => {
    const reported = [
      { verdict: pass },
      index,
      point(pass, true),
      point(failed as never, true),
      point(missed, false),
    ];
    expect(sumCrashPoints(reported)).toEqual({ ...writes, fired: 2, passed: 1, failed: 1, notExercised: 1 });
  });

  it("counts an index attempt that showed nothing as not exercised", () => {
    const error = { kind: "error", cause: { code: "run/perturbed", message: "x" }, findings: [] } as const;
    const none = { indexed: 0, effective: 0, distinct: 0 };
    const blind = [
      { ...index, verdict: error },
      { ...index, writes: none },
      { role: "index", verdict: missed } as const,
    ];
    expect(sumCrashPoints([...blind, index])).toMatchObject({ notExercised: 3, fired: 0, passed: 0 });
  });
});
