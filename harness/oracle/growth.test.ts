import { describe, expect, it } from "vitest";
import type { StateItem } from "../model/state.ts";
import type { Finding } from "../model/verdict.ts";
import { growth } from "./growth.ts";
import { endpoints, markRule, RecordingBuilder, rule } from "./testing.ts";

/** The rule that a start leaves. */
const epoch = (start: number): StateItem =>
  rule("mangle", "KUBE-VIP-EGRESS", `-m mark --mark 0x${start} -j RETURN`);

/** Restarts, in each of which the only pod moves; `items` are what stands beside its rule after each. */
function restarted(items: readonly (readonly StateItem[])[], pods = 1): readonly Finding[] {
  const builder = new RecordingBuilder()
    .started()
    .begin("created")
    .apply(endpoints("lp-web", ["10.244.0.1"]));
  builder.look("step", [markRule("10.244.0.1")]);
  for (const [index, beside] of items.entries()) {
    builder
      .begin(`restarted-${index + 1}`)
      .engine("killed")
      .engine("spawned")
      .engine("ready");
    const addresses = Array.from(
      { length: pods === 1 ? 1 : index + 1 },
      (_, pod) => `10.244.${index}.${pod + 2}`,
    );
    builder.apply(endpoints("lp-web", addresses));
    builder.look("step", [...addresses.map(markRule), ...beside]);
  }
  return growth.judge(builder.whole());
}

describe("growth", () => {
  it("is silent where as many objects make as many items", () => {
    expect(restarted([[], [], [], []])).toEqual([]);
  });

  it("is silent on structure that comes late and stays", () => {
    expect(restarted([[], [epoch(1)], [epoch(1)], [epoch(1)]])).toEqual([]);
    expect(restarted([[epoch(1)], [epoch(2)], [epoch(3)]])).toEqual([]);
  });

  it("is silent where there are more objects each time", () => {
    expect(restarted([[], [], [], []], 2)).toEqual([]);
  });

  it("finds what every start leaves a little more of, once", () => {
    const findings = restarted([[epoch(1)], [epoch(1), epoch(2)], [epoch(1), epoch(2), epoch(3)]]);
    expect(findings).toMatchObject([{ level: "core", step: "restarted-3", item: { text: epoch(3).text } }]);
    expect(findings[0]?.why).toBe(
      "one of 4 of its kind after 3 restarts; after 1 it was 2, with as many objects: it grows with every start",
    );
  });
});
