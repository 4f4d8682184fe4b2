import { describe, expect, it } from "vitest";
import type { StateItem } from "../model/state.ts";
import { bystander } from "./bystander.ts";
import { RecordingBuilder, rule, testNode } from "./testing.ts";

const first = rule("filter", "INPUT", "-s 192.0.2.1/32 -j ACCEPT");
const second = rule("filter", "INPUT", "-s 192.0.2.2/32 -j ACCEPT");
const engine = rule("filter", "INPUT", "-j KUBE-X");
const route: StateItem = {
  family: "route",
  table: "254",
  kind: "route",
  text: "default via 172.30.0.1 dev eth0",
  tokens: [],
};

function planted(): RecordingBuilder {
  const builder = new RecordingBuilder().look("baseline", [route]);
  builder.event({ kind: "decoys", node: testNode.name, items: [first, second] });
  return builder.look("planted", [route, first, second]).engine("spawned").engine("ready").begin("one");
}

function judge(items: readonly StateItem[]): readonly (readonly [string | undefined, string])[] {
  const builder = planted().look("step", items).begin("two").look("step", items);
  return bystander.judge(builder.whole()).map(({ item, why }) => [item?.text, why] as const);
}

describe("bystander", () => {
  it("is silent where foreign items keep their text and order, whatever stands between them", () => {
    expect(judge([route, engine, first, engine, second, engine])).toEqual([]);
    expect(judge([route, first, second, second])).toEqual([]);
    expect(judge([route, second, first, second])).toEqual([]);
  });

  it("finds a decoy that is gone or changed, once", () => {
    expect(judge([route, first])).toEqual([[second.text, "belongs to somebody else and is gone or changed"]]);
    expect(judge([route, first, { ...second, text: `${second.text} ` }])).toHaveLength(1);
  });

  it("finds decoys in another order", () => {
    const why = "belongs to somebody else and stands in another order among its own";
    expect(judge([route, second, first])).toEqual([[second.text, why]]);
  });

  it("finds what the node had before anything was planted", () => {
    const why = "was on the node before the engine and is gone or changed";
    expect(judge([first, second])).toEqual([[route.text, why]]);
  });

  it("judges decoys that were planted during the run from then on only", () => {
    const late = rule("filter", "INPUT", "-s 192.0.2.3/32 -j ACCEPT");
    const builder = planted().look("step", [route, first, second]);
    builder.event({ kind: "decoys", node: testNode.name, items: [late] });
    expect(bystander.judge(builder.look("step", [route, late, first, second]).whole())).toEqual([]);
    expect(bystander.judge(builder.look("step", [route, first, second]).whole())).toHaveLength(1);
  });

  it("finds decoys of two plantings in another order than at the first look at both", () => {
    const late = rule("filter", "INPUT", "-s 192.0.2.3/32 -j ACCEPT");
    const judgeLater = (items: readonly StateItem[]) => {
      const builder = planted().look("step", [route, first, second]);
      builder.event({ kind: "decoys", node: testNode.name, items: [late] });
      builder.look("step", [route, late, first, second]).begin("two").look("step", items);
      return bystander.judge(builder.whole()).map(({ item, step }) => [item?.text, step]);
    };
    expect(judgeLater([route, late, engine, first, second])).toEqual([]);
    expect(judgeLater([route, first, late, second])).toEqual([[first.text, "two"]]);
  });

  it("finds a packet that no longer meets its decoy", () => {
    const hit = {
      kind: "decoy-hit",
      node: testNode.name,
      step: "one",
      decoy: "nat rule",
      seen: "0 packets",
    } as const;
    const builder = planted().event({ ...hit, hit: true });
    expect(bystander.judge(builder.whole())).toEqual([]);
    const findings = bystander.judge(builder.event({ ...hit, hit: false }).whole());
    expect(findings.map(({ why }) => why)).toEqual([
      'the packet check "nat rule" of somebody else\'s state fails: 0 packets',
    ]);
  });
});

describe("bystander on a node that was restarted", () => {
  const docker = (port: number): StateItem =>
    rule("nat", "DOCKER_OUTPUT", `-j DNAT --to-destination 127.0.0.11:${port}`);
  /** Before it and after it, with what its owners have put there each time. */
  const restarted = (after: readonly StateItem[]): readonly string[] => {
    const builder = new RecordingBuilder().look("baseline", [route, docker(1)]);
    const plant = (): unknown =>
      builder.event({ kind: "decoys", node: testNode.name, items: [first, second] });
    plant();
    builder
      .look("planted", [route, docker(1), first, second])
      .engine("spawned")
      .begin("one");
    builder.look("baseline", [route, docker(2)]);
    plant();
    builder.look("planted", [route, docker(2), first, second]).look("step", after);
    return bystander.judge(builder.whole()).map(({ item }) => item?.text ?? "");
  };

  it("is silent on what the boot itself has taken or changed", () => {
    expect(restarted([route, docker(2), first, second, engine])).toEqual([]);
  });

  it("finds what is gone since then, and what stands in another order", () => {
    expect(restarted([route, first, second])).toEqual([docker(2).text]);
    expect(restarted([route, docker(2), second])).toEqual([first.text]);
    expect(restarted([route, docker(2), second, first])).toEqual([second.text]);
  });
});
