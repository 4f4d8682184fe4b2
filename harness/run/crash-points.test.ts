import { describe, expect, it } from "vitest";
import { RecordingBuilder } from "../oracle/testing.ts";
import { restartedPlan } from "./crash-points.ts";

describe("restartedPlan", () => {
  it("starts the engine again at the end of every step in which it runs", () => {
    const builder = new RecordingBuilder({ plan: { id: "ref.x.index", world: "ref.x", indexed: true } });
    builder.begin("<start>").engine("spawned").engine("ready").end().begin("created").end();
    builder.begin("deleted-while-down").engine("killed").end();
    builder.begin("engine-started").engine("spawned").engine("ready").end().begin("<canary>").end();
    const plan = restartedPlan(builder.whole());
    expect(plan).toMatchObject({ id: "ref.x.restarted", world: "ref.x" });
    expect(plan).not.toHaveProperty("indexed");
    const same = { action: { kind: "kill", scope: "tree" }, node: "all", heal: "same-step" };
    expect(plan?.faults).toEqual([
      { ...same, step: "created", trigger: { at: "settled" } },
      { ...same, step: "engine-started", trigger: { at: "settled" } },
    ]);
  });

  it("has nothing to start again where the engine runs in no step", () => {
    const builder = new RecordingBuilder({ plan: { id: "ref.x.index" } });
    builder.begin("<start>").engine("spawned").engine("exited").end();
    expect(restartedPlan(builder.begin("created").end().whole())).toBeUndefined();
  });
});
