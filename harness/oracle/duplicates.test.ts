import { describe, expect, it } from "vitest";
import type { StateItem } from "../model/state.ts";
import { duplicates } from "./duplicates.ts";
import { RecordingBuilder, rule, testNode } from "./testing.ts";

const one = rule("filter", "INPUT", '-m comment --comment "old name" -j KUBE-ROUTER-INPUT');
const other = rule("filter", "INPUT", "-m comment --comment new -j KUBE-ROUTER-INPUT");
const second = rule("filter", "INPUT", "-j ACCEPT");

function judge(items: readonly StateItem[], before: readonly StateItem[] = []): readonly string[] {
  const builder = new RecordingBuilder().started(before).begin("one").look("step", items).look("step", items);
  return duplicates.judge(builder.whole()).map(({ why }) => why);
}

describe("duplicates", () => {
  it("is silent on rules that differ, and on the same rule in another chain, table or back end", () => {
    const elsewhere = [
      rule("filter", "FORWARD", "-j ACCEPT"),
      rule("mangle", "INPUT", "-j ACCEPT"),
      { ...second, family: "iptables-nft" } as const,
    ];
    expect(judge([one, second, ...elsewhere])).toEqual([]);
  });

  it("finds a rule that stands before those that it has to come after, in one chain", () => {
    const ruleOrders = [
      {
        first: { title: "jump of a pod", text: "-j POD-" },
        later: { title: "end", text: "-j ACCEPT$" },
        reason: "the pod's policy is not asked",
      },
    ];
    const jump = rule("filter", "INPUT", "-j POD-A");
    const found = (items: readonly StateItem[]) =>
      duplicates
        .judge(
          new RecordingBuilder({ profile: { ruleOrders } })
            .started()
            .begin("one")
            .look("step", items)
            .whole(),
        )
        .map(({ why }) => why);
    expect(found([jump, second])).toEqual([]);
    expect(found([rule("filter", "FORWARD", "-j ACCEPT"), jump])).toEqual([]);
    expect(found([second, jump])).toEqual(["stands before a jump of a pod: the pod's policy is not asked"]);
  });

  it("finds a rule that stands twice, once per rule", () => {
    expect(judge([one, second, one])).toEqual(["stands 2 times in its chain"]);
  });

  it("finds a rule that stands twice but for its comment, in both spellings", () => {
    expect(judge([one, other])).toEqual(["stands 2 times in its chain, but for the comment"]);
    const nft = (comment: string): StateItem => ({
      family: "nftables",
      table: "ip filter",
      chain: "INPUT",
      kind: "rule",
      text: `ip saddr 10.0.0.1 accept comment "${comment}"`,
      tokens: [],
    });
    expect(judge([nft("a"), nft("b")])).toHaveLength(1);
  });

  it("leaves alone what was doubled before, and finds the engine's copy of it", () => {
    expect(judge([second, second], [second, second])).toEqual([]);
    expect(judge([second, second, second], [second, second])).toEqual(["stands 3 times in its chain"]);
  });

  it("leaves doubled decoys alone", () => {
    const builder = new RecordingBuilder().started().begin("one");
    builder
      .event({ kind: "decoys", node: testNode.name, items: [second, second] })
      .look("step", [second, second]);
    expect(duplicates.judge(builder.whole())).toEqual([]);
  });
});
