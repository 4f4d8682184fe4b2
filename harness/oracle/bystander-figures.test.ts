import { describe, expect, it } from "vitest";
import type { StateItem } from "../model/state.ts";
import { bystanderFigures } from "./bystander-figures.ts";
import { RecordingBuilder, rule, testNode } from "./testing.ts";

const foreign = rule("filter", "INPUT", "-s 192.0.2.1/32 -j ACCEPT");
const route: StateItem = {
  family: "route",
  table: "254",
  kind: "route",
  text: "192.0.2.0/24 dev x",
  tokens: [],
};

function planted(): RecordingBuilder {
  const builder = new RecordingBuilder().look("baseline", []);
  builder.event({ kind: "decoys", node: testNode.name, items: [foreign, route] });
  return builder.look("planted", [foreign, route]).engine("spawned").engine("ready").begin("one");
}

const hit = { kind: "decoy-hit", node: testNode.name, step: "one", decoy: "rule", seen: "" } as const;

describe("bystanderFigures", () => {
  it("counts what was planted by family, the looks at it and the packets", () => {
    const builder = planted()
      .look("step", [route, foreign])
      .event({ ...hit, hit: true });
    expect(bystanderFigures(builder.whole())).toEqual({
      looks: 2,
      families: [
        { family: "iptables-legacy", planted: 1, lost: 0 },
        { family: "route", planted: 1, lost: 0 },
      ],
      packets: 1,
      packetsMissed: 0,
    });
  });

  it("counts what was lost once, however often it is missed, and nothing that was not planted", () => {
    const before = rule("nat", "INPUT", "-j BEFORE");
    const builder = new RecordingBuilder().look("baseline", [before]);
    builder.event({ kind: "decoys", node: testNode.name, items: [foreign] });
    builder.look("planted", [before, foreign]).engine("spawned").engine("ready").begin("one");
    builder
      .look("step", [])
      .begin("two")
      .look("step", [])
      .event({ ...hit, hit: false });
    expect(bystanderFigures(builder.whole())).toMatchObject({
      families: [{ family: "iptables-legacy", planted: 1, lost: 1 }],
      packets: 1,
      packetsMissed: 1,
    });
  });

  it("says nothing where nothing was planted", () => {
    expect(bystanderFigures(new RecordingBuilder().started().whole())).toBeUndefined();
  });
});
