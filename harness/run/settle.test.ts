import { describe, expect, it } from "vitest";
import type { Plan } from "../model/plan.ts";
import { eventsOf } from "../model/recording.ts";
import type { StateItem } from "../model/state.ts";
import { recordingProblems } from "../oracle/recording-problems.ts";
import { testNode } from "../oracle/testing.ts";
import type { AttemptContext } from "./attempt-context.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import { settle } from "./settle.ts";

const route: StateItem = {
  family: "route",
  table: "198",
  kind: "route",
  text: "unicast 192.0.2.7 dev eth0",
  tokens: [],
};

interface FakeNode {
  readonly recorder: Recorder;
  readonly looks: { count: number };
  readonly context: AttemptContext;
}

/** A node whose state changes after the first look; `isHeard` says whether the trace tells of it. */
function changingNode(isHeard: boolean): FakeNode {
  const recorder = createRecorder({} as Plan);
  const looks = { count: 0 };
  const own = { process: {}, lastKernelWriteMs: Number.NEGATIVE_INFINITY };
  const node = {
    ref: testNode,
    snapshot: async (): Promise<readonly StateItem[]> => {
      looks.count += 1;
      if (looks.count === 1 && isHeard) own.lastKernelWriteMs = recorder.now();
      return looks.count === 1 ? [] : [route];
    },
  };
  const context = {
    recorder,
    nodes: [node],
    cluster: {},
    engines: new Map([[testNode.name, own]]),
    gateways: new Map(),
    profile: { settleMs: 50 },
    activity: { lastWriteMs: 0 },
    worstCaseMs: 2_000,
    signal: new AbortController().signal,
    engine: { match: () => [] },
    render: {},
  } as unknown as AttemptContext;
  return { recorder, looks, context };
}

const step = { step: "created", moment: "step", expect: [] } as const;

describe("settle", () => {
  it("takes a change that the trace tells of for what it is", async () => {
    const { context, recorder } = changingNode(true);
    expect(await settle(context, step)).toBe(true);
    expect(eventsOf(recorder.recording(), "unexplained-change")).toEqual([]);
  });

  it("makes an error of a change that no traced write explains", async () => {
    const { context, recorder } = changingNode(false);
    await settle(context, step);
    expect(eventsOf(recorder.recording(), "unexplained-change")).toMatchObject([
      {
        node: testNode.name,
        step: "created",
        added: ["[route 198] unicast 192.0.2.7 dev eth0"],
        removed: [],
      },
    ]);
    recorder.add({ kind: "end" });
    expect(recordingProblems(recorder.recording()).join("\n")).toContain(
      "by no write that was traced: + [route 198]",
    );
  });

  it("is done a settle time after the write that made the change, and looks once in between", async () => {
    const { context, looks, recorder } = changingNode(true);
    const beganMs = recorder.now();
    await settle(context, step);
    const own = context.engines.get(testNode.name);
    expect(looks.count).toBe(2);
    expect(own?.lastKernelWriteMs).toBeGreaterThanOrEqual(beganMs);
    expect(eventsOf(recorder.recording(), "quiet")).toMatchObject([{ quiet: true }]);
  });

  it("looks at somebody who writes without end, and takes writes that change nothing for quiet", async () => {
    const { context, looks, recorder } = changingNode(true);
    const own = context.engines.get(testNode.name);
    const writer = setInterval(() => {
      if (own !== undefined) own.lastKernelWriteMs = recorder.now();
    }, 20);
    try {
      expect(await settle(context, step)).toBe(true);
      expect(looks.count).toBeGreaterThan(1);
    } finally {
      clearInterval(writer);
    }
  });

  it("does not look again and again while nothing is written", async () => {
    const { context, looks } = changingNode(true);
    await settle(context, step);
    expect(looks.count).toBeLessThanOrEqual(4);
  });
});
