import { describe, expect, it } from "vitest";
import type { Recording } from "../model/recording.ts";
import { healedLate } from "./healed-late.ts";
import { markRule, RecordingBuilder, testNode } from "./testing.ts";

interface Wait {
  readonly waitedMs: number;
  readonly met?: boolean;
  readonly quiet?: boolean;
  readonly heldMs?: number;
}

/** One step that was waited for so long; the engine declares 1000 ms, and 100 ms to settle. */
function waited({ waitedMs, met = true, quiet = true, heldMs = 0 }: Wait): Recording {
  const builder = new RecordingBuilder().started().begin("deleted");
  const where = { node: testNode.name, step: "deleted" };
  if (heldMs > 0)
    builder.event({ kind: "kernel-state", ...where, index: 1, digest: "none", state: "", heldMs });
  builder.event({ kind: "quiet", step: "deleted", quiet, waitedMs });
  const intent = { kind: "egress", node: testNode.name, pod: "10.244.0.5", vip: "172.31.0.9" } as const;
  const expectation = { intent, present: false };
  builder.event({ kind: "expectation", ...where, expectation, matchers: [], met, waitedMs });
  return builder.look("step", met ? [] : [markRule("10.244.0.5")]).whole();
}

describe("healed late", () => {
  it("is silent on a step that came right in time", () => {
    expect(healedLate.judge(waited({ waitedMs: 300 }))).toEqual([]);
    // 1000 ms and the time that it takes to see that all is still.
    expect(healedLate.judge(waited({ waitedMs: 1100 }))).toEqual([]);
  });

  it("tells of one that came right after the worst case, without deciding by it", () => {
    expect(healedLate.judge(waited({ waitedMs: 1500 }))).toEqual([
      {
        oracle: "healed-late",
        level: "observed",
        why: "healed-late(1400 ms): the step came right only after the longest time that the engine declares, 1000 ms",
        step: "deleted",
      },
    ]);
  });

  it("is silent on one that never came right: that is red by itself", () => {
    expect(healedLate.judge(waited({ waitedMs: 2000 }))).toEqual([]);
    expect(healedLate.judge(waited({ waitedMs: 1500, met: false }))).toEqual([]);
    expect(healedLate.judge(waited({ waitedMs: 1500, quiet: false }))).toEqual([]);
  });

  it("does not count the time in which we held the engine", () => {
    expect(healedLate.judge(waited({ waitedMs: 1500, heldMs: 600 }))).toEqual([]);
  });
});
