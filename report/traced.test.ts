import { describe, expect, it } from "vitest";
import type { RecordedEvent } from "../harness/model/recording.ts";
import { planOf } from "./report.fixture.ts";
import { isTraced } from "./traced.ts";

const recordingOf = (...events: RecordedEvent[]) => ({
  schemaVersion: 1 as const,
  plan: planOf("a", "b"),
  events,
  snapshots: {},
});

const write = (
  node: string,
  more: Partial<Extract<RecordedEvent, { kind: "kernel-write" }>> = {},
): RecordedEvent => ({
  kind: "kernel-write",
  atMs: 1,
  node,
  pid: 9,
  argv: ["iptables"],
  index: 1,
  call: "setsockopt",
  what: "IPT_SO_SET_REPLACE nat",
  write: "rules",
  ...more,
});

const expectation = (node: string, present = true, met = true, matchers = 1): RecordedEvent => ({
  kind: "expectation",
  atMs: 1,
  step: "created",
  node,
  expectation: { intent: { kind: "route", node, vip: "192.0.2.1" }, present },
  matchers: Array.from({ length: matchers }, () => ({ title: "route" })),
  met,
  waitedMs: 1,
});

describe("isTraced", () => {
  it("holds where every node that was programmed has a traced write", () => {
    expect(isTraced(recordingOf(write("n1"), expectation("n1")))).toBe(true);
    expect(isTraced(recordingOf(write("n1"), write("n2"), expectation("n1"), expectation("n2")))).toBe(true);
  });

  it.each([
    ["nothing was traced at all", []],
    ["a node was programmed and nobody saw how", [write("n1"), expectation("n1"), expectation("n2")]],
    ["only a sysctl was seen", [write("n1", { write: "sysctl" }), expectation("n1")]],
    ["only writes that failed were seen", [write("n1", { error: "EPERM" }), expectation("n1")]],
  ])("does not hold where %s", (_, events) => {
    expect(isTraced(recordingOf(...events))).toBe(false);
  });

  it("asks nothing of a node where nothing was seen to be programmed", () => {
    const events = [
      write("n1"),
      expectation("n1"),
      expectation("n2", false),
      expectation("n3", true, false),
      expectation("n4", true, true, 0),
    ];
    expect(isTraced(recordingOf(...events))).toBe(true);
  });
});
