import { describe, expect, it } from "vitest";
import type { ItemMatcher } from "../model/matcher.ts";
import type { StateItem } from "../model/state.ts";
import { intent } from "./intent.ts";
import { addresses, markRule, RecordingBuilder, snatRule, testNode } from "./testing.ts";

const pod = "10.244.0.5";
const vip = "172.31.0.9";
const matchers: readonly ItemMatcher[] = [
  { title: "MARK of the pod", table: "mangle", text: "-j MARK", tokens: [addresses(pod)] },
  { title: "SNAT of the pod", table: "nat", text: "-j SNAT", tokens: [addresses(pod)] },
];

function expecting(
  present: boolean,
  items: readonly StateItem[],
  met: boolean,
  used = matchers,
): RecordingBuilder {
  const expectation = { intent: { kind: "egress", node: testNode.name, pod, vip }, present } as const;
  const builder = new RecordingBuilder().started().begin("one");
  builder.event({
    kind: "expectation",
    step: "one",
    node: testNode.name,
    expectation,
    matchers: used,
    met,
    waitedMs: 1,
  });
  return builder.look("step", items).end();
}

const both = [markRule(pod), snatRule(pod, vip)];

describe("intent", () => {
  it("is silent where all is there, or nothing, as wanted; the runner's own view does not count", () => {
    expect(intent.judge(expecting(true, both, false).whole())).toEqual([]);
    expect(intent.judge(expecting(false, [], false).whole())).toEqual([]);
  });

  it("finds each item that is missing", () => {
    const findings = intent.judge(expecting(true, [markRule(pod)], true).whole());
    expect(findings.map(({ why, packet }) => [why, packet])).toEqual([
      [
        `SNAT of the pod is missing (egress of ${pod} leaves as ${vip})`,
        `a packet from ${pod} to anywhere outside does not leave as ${vip}`,
      ],
    ]);
  });

  it("demands nothing of an engine that never worked: that is an error of the harness", () => {
    const recording = expecting(true, [], false).whole();
    const events = recording.events.filter((event) => event.kind !== "engine" || event.state !== "ready");
    expect(intent.judge(recording)).toHaveLength(2);
    expect(intent.judge({ ...recording, events })).toEqual([]);
  });

  it("finds each item that must not be there", () => {
    const findings = intent.judge(expecting(false, both, true).whole());
    expect(findings.map(({ item }) => item)).toEqual(both);
  });

  it("does not let a decoy stand in, and leaves expectations without items to the traffic", () => {
    const builder = expecting(true, both, true);
    const recording = builder.whole();
    const decoys = { kind: "decoys", node: testNode.name, items: both, atMs: 0 } as const;
    const events = [recording.events[0], decoys, ...recording.events.slice(1)].filter(
      (event) => event !== undefined,
    );
    expect(intent.judge({ ...recording, events })).toHaveLength(2);
    expect(intent.judge(expecting(true, [], false, []).whole())).toEqual([]);
  });
});
