import { describe, expect, it } from "vitest";
import type { TrafficCheck } from "../model/scenario.ts";
import { testNode, RecordingBuilder } from "./testing.ts";
import { traffic } from "./traffic.ts";

const egress: TrafficCheck = {
  kind: "egress",
  node: testNode.name,
  pod: "10.244.0.5",
  expectSource: "172.31.0.9",
};
const to = (...backends: readonly string[]): TrafficCheck => ({
  kind: "service",
  node: testNode.name,
  address: "10.96.0.5",
  port: 80,
  backends,
});

function judge(check: TrafficCheck, seen?: string, error?: string): readonly string[] {
  const outcome = { ...(seen === undefined ? {} : { seen }), ...(error === undefined ? {} : { error }) };
  const builder = new RecordingBuilder().started().event({ kind: "traffic", step: "one", check, ...outcome });
  return traffic.judge(builder.whole()).map(({ why }) => why);
}

describe("traffic", () => {
  it("is silent where packets go as they should", () => {
    expect(judge(egress, "172.31.0.9")).toEqual([]);
    expect(judge(to("10.244.0.5", "10.244.0.6"), "10.244.0.6")).toEqual([]);
    expect(judge(to(), undefined, "ECONNREFUSED")).toEqual([]);
  });

  it("finds a connection that a policy allows and nobody answers, and one that it refuses and somebody does", () => {
    const check = (isAllowed: boolean): TrafficCheck => ({
      kind: "policy",
      node: testNode.name,
      from: "10.244.1.6",
      pod: "10.244.0.5",
      port: 8080,
      isAllowed,
    });
    expect(judge(check(true), "10.244.0.5")).toEqual([]);
    expect(judge(check(false), undefined, "ECONNREFUSED")).toEqual([]);
    expect(judge(check(true), undefined, "ECONNREFUSED")).toEqual([
      expect.stringContaining("is allowed and must be answered"),
    ]);
    expect(judge(check(false), "10.244.0.5")).toEqual([expect.stringContaining("is not allowed")]);
  });

  it("finds an address that no neighbour finds", () => {
    const check: TrafficCheck = { kind: "reach", node: testNode.name, address: "fd00:30::a" };
    expect(judge(check, "02:00:00:00:00:07, echo")).toEqual([]);
    expect(judge(check, undefined, "nobody on eth0 says to be fd00:30::a")).toEqual([
      expect.stringContaining("must be found by a neighbour"),
    ]);
  });

  it("demands nothing of an engine that never worked", () => {
    const event = { kind: "traffic", step: "one", check: egress, seen: "10.244.0.5" } as const;
    expect(traffic.judge(new RecordingBuilder().engine("spawned").event(event).whole())).toEqual([]);
    expect(traffic.judge(new RecordingBuilder().started().event(event).whole())).toHaveLength(1);
  });

  it("says nothing of packets that were sent while a fault was in force, and all of later ones", () => {
    const event = { kind: "traffic", step: "one", check: egress, seen: "10.244.0.5" } as const;
    const fault = { kind: "fault", fault: 0, step: "one", node: "lp-n1" } as const;
    const builder = new RecordingBuilder()
      .started()
      .event({ ...fault, state: "fired" })
      .event(event);
    expect(traffic.judge(builder.whole())).toEqual([]);
    expect(
      traffic.judge(
        builder
          .event({ ...fault, state: "healed" })
          .event(event)
          .whole(),
      ),
    ).toHaveLength(1);
  });

  it("names what was wanted and what was seen", () => {
    expect(judge(egress, "10.244.0.5")).toEqual([
      "egress of 10.244.0.5 must leave as 172.31.0.9; seen outside: 10.244.0.5",
    ]);
    expect(judge(egress, undefined, "timed out")).toEqual([
      "egress of 10.244.0.5 must leave as 172.31.0.9; seen outside: nothing (timed out)",
    ]);
    expect(judge(to("10.244.0.6"), "10.244.0.5")).toEqual([
      "10.96.0.5 port 80 must be answered by 10.244.0.6; answered: 10.244.0.5",
    ]);
    expect(judge(to("10.244.0.6"))).toHaveLength(1);
    expect(judge(to(), "10.244.0.5")).toEqual([
      "10.96.0.5 port 80 must be answered by nobody and is answered by 10.244.0.5",
    ]);
  });
});
