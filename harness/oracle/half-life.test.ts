import { describe, expect, it } from "vitest";
import type { StateItem } from "../model/state.ts";
import { halfLives } from "./half-life.ts";
import { endpoints, markRule, namespace, RecordingBuilder, testNode } from "./testing.ts";

const [old, next] = ["10.244.0.5", "10.244.0.6"];

/** A pod that is there; the clock of the builder goes 10 ms further with each event. */
function created(): RecordingBuilder {
  const builder = new RecordingBuilder()
    .started()
    .begin("created")
    .apply(endpoints("lp-web", [old]));
  return builder.look("step", [markRule(old)]);
}

function write(builder: RecordingBuilder, index: number): RecordingBuilder {
  const what = { call: "sendmsg", what: "nft", write: "rules", argv: ["iptables"], pid: 1 } as const;
  return builder.event({ kind: "kernel-write", node: testNode.name, index, ...what });
}

function state(builder: RecordingBuilder, index: number, items: readonly StateItem[]): RecordingBuilder {
  // `look` stores the items; the event that names them is what an indexed attempt has.
  builder.look("planted", items);
  const { digest } = builder.cut().events.findLast((event) => event.kind === "snapshot") ?? {};
  return builder.event({
    kind: "kernel-state",
    node: testNode.name,
    step: "deleted",
    index,
    digest: digest ?? "",
    state: "",
    heldMs: 0,
  });
}

describe("half-life", () => {
  it("is the time from our write to the engine's last one after which nothing names it", () => {
    const builder = created().begin("deleted").remove(`Endpoints ${namespace}/lp-web`).pass(190);
    write(builder, 1).pass(490).look("step", []);
    expect(halfLives(builder.whole())).toEqual([{ step: "deleted", node: testNode.name, ms: 200 }]);
  });

  it("counts a pod that moved, and goes on over steps", () => {
    const builder = created()
      .begin("moved")
      .apply(endpoints("lp-web", [next]))
      .pass(990);
    builder
      .look("step", [markRule(old), markRule(next)])
      .begin("later")
      .pass(980);
    write(builder, 1).look("step", [markRule(next)]);
    expect(halfLives(builder.whole())).toEqual([{ step: "moved", node: testNode.name, ms: 2000 }]);
  });

  it("says of what never went only that it did not", () => {
    const builder = created()
      .begin("deleted")
      .remove(`Endpoints ${namespace}/lp-web`)
      .look("step", [markRule(old)]);
    expect(halfLives(builder.whole())).toEqual([{ step: "deleted", node: testNode.name }]);
  });

  it("begins with the next start of an engine that was down", () => {
    const builder = created().begin("down").engine("killed").remove(`Endpoints ${namespace}/lp-web`);
    builder
      .look("step", [markRule(old)])
      .pass(5000)
      .begin("started")
      .engine("spawned")
      .pass(290);
    write(builder, 1).look("step", []);
    expect(halfLives(builder.whole())).toEqual([{ step: "down", node: testNode.name, ms: 300 }]);
  });

  it("is exact where every write was looked at", () => {
    const builder = created().begin("deleted").remove(`Endpoints ${namespace}/lp-web`).pass(90);
    state(write(builder, 1), 1, []).pass(900);
    write(builder, 2).look("step", []);
    expect(halfLives(builder.whole())).toEqual([{ step: "deleted", node: testNode.name, ms: 100 }]);
  });

  it("is silent where nothing was let go of, and where nothing had been made", () => {
    expect(halfLives(created().whole())).toEqual([]);
    const builder = new RecordingBuilder()
      .started()
      .begin("created")
      .apply(endpoints("lp-web", [old]));
    builder.look("step", []).begin("deleted").remove(`Endpoints ${namespace}/lp-web`).look("step", []);
    expect(halfLives(builder.whole())).toEqual([]);
  });
});
