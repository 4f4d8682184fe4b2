import { describe, expect, it } from "vitest";
import { controlProber } from "./api-reachability.ts";
import { availability } from "./availability.ts";
import { RecordingBuilder, testNode } from "./testing.ts";

const failed = { error: "timeout", latencyMs: 1_000 } as const;

function started(): RecordingBuilder {
  const builder = new RecordingBuilder({ limits: { apiOutageMs: 1_000 } });
  return builder.probe(true).probe(true).probe(true).engine("spawned").begin("one");
}

describe("availability", () => {
  it("counts answers by how long they took, from the engine's start on", () => {
    const builder = started();
    for (const latencyMs of [1, 4, 4.5, 120]) builder.pass(190).probe(true, { latencyMs });
    expect(availability(builder.whole())).toEqual([
      {
        from: "node",
        connection: "new",
        looks: 4,
        missed: 0,
        setAside: 0,
        outages: 0,
        maxOutageMs: 0,
        answers: { 1: 1, 5: 2, 150: 1 },
      },
    ]);
  });

  it("tells the longest outage of one way, from its first failed look to its last", () => {
    const builder = started();
    for (const sign of ".x.xxx.") builder.pass(990).probe(sign === ".", sign === "." ? {} : failed);
    expect(availability(builder.whole())).toMatchObject([
      { looks: 7, missed: 4, outages: 2, maxOutageMs: 3_000 },
    ]);
  });

  it("tells ways of one kind together, and kinds apart", () => {
    const builder = started();
    builder.probe(true, { to: "https://[fd00:30::10]:6443" }).probe(true, { connection: "kept" });
    builder.probe(true, { from: `pod on ${testNode.name}` }).probe(true, { from: controlProber });
    expect(
      availability(builder.whole()).map(({ from, connection, looks }) => [from, connection, looks]),
    ).toEqual([
      ["control", "new", 1],
      ["node", "kept", 1],
      ["node", "new", 1],
      ["pod", "new", 1],
    ]);
  });

  it("sets aside what is late, and what nobody could have been answered in", () => {
    const builder = started();
    builder.pass(5_000).probe(false, { error: "timeout", latencyMs: 2_000 });
    builder
      .pass(5_000)
      .probe(false, { ...failed, from: controlProber })
      .probe(false, failed);
    builder.pass(5_000).probe(true);
    expect(availability(builder.whole())).toMatchObject([
      { from: "control", looks: 1, missed: 1, outages: 1, maxOutageMs: 1_000 },
      { from: "node", looks: 1, missed: 0, setAside: 2, maxOutageMs: 0 },
    ]);
  });

  it("is empty where nothing was probed", () => {
    expect(availability(new RecordingBuilder().whole())).toEqual([]);
  });
});
