import { describe, expect, it } from "vitest";
import type { RecordedEvent } from "../model/recording.ts";
import { RecordingBuilder } from "../oracle/testing.ts";
import type { CrashPoint } from "./crash-points.ts";
import { faultsOfFamily, type StrikeGround } from "./fault-families.ts";

const steps = ["created", "deleted-while-down", "engine-started", "changed"];

/** The engine is killed in a step, and started in the next one. */
function ground(): StrikeGround {
  const builder = new RecordingBuilder({ plan: { id: "ref.x.index", indexed: true } });
  builder.begin("<start>").engine("spawned").engine("ready").end().begin("created").end();
  builder.begin("deleted-while-down").engine("killed").end();
  builder.begin("engine-started").engine("spawned").engine("ready").end().begin("changed").end();
  const point = { what: "NFT_MSG_NEWRULE", argv: ["nft"], occurrence: 1, index: 1, state: "s" };
  const points = ["created", "engine-started", "changed"].map(
    (step): CrashPoint => ({ step, node: 0, point }),
  );
  return { index: builder.whole(), points, steps, followed: steps.slice(0, -1) };
}

describe("faultsOfFamily", () => {
  it("kills nobody before a step in which the engine is only started", () => {
    const before = faultsOfFamily("kill", ground()).filter(([fault]) => fault?.trigger.at === "step-begin");
    expect(before.flat().map(({ step }) => step)).toEqual(["created", "changed"]);
  });

  it("restarts the first node's engine in no step in which only another node's runs", () => {
    const nodes = ["n1", "n2"].map((name) => ({ name, ipv4: "192.0.2.1", ipv6: "2001:db8::1" }));
    const engine = (node: string, state: "spawned" | "killed"): RecordedEvent => ({
      kind: "engine",
      atMs: 0,
      node,
      state,
    });
    const step = (state: "begin" | "end"): RecordedEvent => ({ kind: "step", atMs: 0, step: "lost", state });
    const { index, ...rest } = ground();
    const begin = { ...index.events[0], nodes } as RecordedEvent;
    const lost = [engine("n1", "spawned"), engine("n2", "spawned"), step("begin"), engine("n1", "killed")];
    const events = [begin, ...lost, step("end")];
    const own = { ...rest, index: { ...index, events }, steps: ["lost"], followed: [] };
    expect(faultsOfFamily("restart", own)).toEqual([]);
  });

  it("hurries each step that another one follows, from no gap at all on", () => {
    const hurries = faultsOfFamily("hurry", ground()).flat();
    expect(new Set(hurries.map(({ step }) => step))).toEqual(new Set(steps.slice(0, -1)));
    expect(hurries[0]).toEqual({
      action: { kind: "hurry", gapMs: 0 },
      step: "created",
      node: 0,
      trigger: { at: "operations-sent" },
      heal: "next-step",
    });
  });

  it("restarts in no step at whose end the engine is down", () => {
    const restarts = faultsOfFamily("restart", ground()).flat();
    expect(restarts.map(({ step }) => step)).toEqual(["created", "engine-started", "changed"]);
  });
});
