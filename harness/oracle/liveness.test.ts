import { describe, expect, it } from "vitest";
import type { ItemMatcher } from "../model/matcher.ts";
import type { StateItem } from "../model/state.ts";
import { probeProblems } from "./api-reachability.ts";
import { liveness, livenessProblems } from "./liveness.ts";
import { addresses, endpoints, markRule, namespace, RecordingBuilder, testNode } from "./testing.ts";

const mark = (pod: string): readonly ItemMatcher[] => [{ title: "MARK", tokens: [addresses(pod)] }];

function expecting(
  builder: RecordingBuilder,
  step: string,
  pod: string,
  present: boolean,
  matchers: readonly ItemMatcher[],
): RecordingBuilder {
  const expectation = {
    intent: { kind: "egress", node: testNode.name, pod, vip: "172.31.0.9" },
    present,
  } as const;
  return builder.event({
    kind: "expectation",
    step,
    node: testNode.name,
    expectation,
    matchers,
    met: true,
    waitedMs: 1,
  });
}

interface Life {
  readonly own?: readonly StateItem[];
  readonly canary?: readonly StateItem[];
  readonly removed?: readonly StateItem[];
  readonly matchers?: typeof mark;
  readonly between?: (builder: RecordingBuilder) => unknown;
}

function lived(life: Life = {}): RecordingBuilder {
  const { own = [markRule("10.244.0.5")], canary = [markRule("10.244.0.7")], removed = [] } = life;
  const matchers = life.matchers ?? mark;
  const builder = new RecordingBuilder()
    .started()
    .begin("one")
    .apply(endpoints("lp-web", ["10.244.0.5"]));
  expecting(builder, "one", "10.244.0.5", true, matchers("10.244.0.5")).look("step", own).end();
  life.between?.(builder);
  builder.begin("<canary>").apply(endpoints("lp-canary", ["10.244.0.7"]));
  expecting(builder, "<canary>", "10.244.0.7", true, matchers("10.244.0.7")).look(
    "canary-programmed",
    canary,
  );
  builder.remove(`Endpoints ${namespace}/lp-canary`);
  expecting(builder, "<canary>", "10.244.0.7", false, matchers("10.244.0.7")).look("canary-removed", removed);
  return builder.end();
}

function whys(builder: RecordingBuilder): readonly string[] {
  return liveness.judge(builder.whole()).map(({ why }) => why);
}

describe("liveness", () => {
  it("is silent on an engine that works to the end", () => {
    expect(whys(lived())).toEqual([]);
    expect(livenessProblems(lived().whole())).toEqual([]);
  });

  it("counts on an engine that was found running, and finds its end by itself", () => {
    const found = (): RecordingBuilder =>
      new RecordingBuilder().look("baseline", []).engine("found").begin("one");
    expect(livenessProblems(found().whole())).toEqual([]);
    expect(whys(found().look("step", []).end())).toEqual([
      "the engine ran and never programmed what the scenario is about",
    ]);
    const died = found().engine("exited", { exitCode: 137, logTail: "OOMKilled" });
    expect(whys(died)[0]).toBe("the engine exits by itself with code 137; the end of its log:\nOOMKilled");
    expect(probeProblems(found().whole())).toEqual([]);
  });

  it("finds an engine that never programmed, is deaf, or forgets to remove", () => {
    expect(whys(lived({ own: [] }))).toEqual([
      "the engine ran and never programmed what the scenario is about",
    ]);
    expect(whys(lived({ canary: [] }))).toEqual([
      "the engine does not program a new object after all steps: it is deaf",
    ]);
    expect(whys(lived({ removed: [markRule("10.244.0.7")] }))).toEqual([
      "the engine does not remove a deleted object after all steps: it is deaf",
    ]);
  });

  it("asks the ledger where intents stand for no items", () => {
    const nothing = (): readonly ItemMatcher[] => [];
    expect(whys(lived({ matchers: nothing }))).toEqual([]);
    expect(whys(lived({ matchers: nothing, own: [], canary: [] }))).toHaveLength(2);
  });

  it("takes the canary for proof where the step that programs was broken to its end, and nothing else", () => {
    const struck = (isStruck: boolean, canary: readonly StateItem[]): readonly string[] => {
      const fault = { kind: "fault", fault: 0, node: testNode.name } as const;
      const builder = new RecordingBuilder().started().begin("one");
      if (isStruck) builder.event({ ...fault, step: "one", state: "fired" });
      builder
        .apply(endpoints("lp-web", ["10.244.0.5"]))
        .end()
        .begin("gone");
      builder.remove(`Endpoints ${namespace}/lp-web`);
      if (isStruck) builder.event({ ...fault, step: "gone", state: "healed" });
      expecting(builder, "gone", "10.244.0.5", false, mark("10.244.0.5")).look("step", []).end();
      builder.begin("<canary>").apply(endpoints("lp-canary", ["10.244.0.7"]));
      expecting(builder, "<canary>", "10.244.0.7", true, mark("10.244.0.7")).look(
        "canary-programmed",
        canary,
      );
      return whys(builder.end());
    };
    const programmed = [markRule("10.244.0.7")];
    expect(struck(true, programmed)).toEqual([]);
    expect(struck(true, [])).toEqual([
      "the engine does not program a new object after all steps: it is deaf",
    ]);
    expect(struck(false, programmed)).toEqual([
      "the engine ran and never programmed what the scenario is about",
    ]);
  });

  it("takes a packet that the engine led for a sign of life", () => {
    const check = {
      kind: "egress",
      node: testNode.name,
      pod: "10.244.0.5",
      expectSource: "172.31.0.9",
    } as const;
    const send = (seen: string) => (builder: RecordingBuilder) =>
      builder.event({ kind: "traffic", step: "one", check, seen });
    expect(whys(lived({ own: [], between: send("172.31.0.9") }))).toEqual([]);
    expect(whys(lived({ own: [], between: send("10.244.0.5") }))).toHaveLength(1);
  });

  it("finds an exit that nobody asked for, with the end of the log, and no other", () => {
    const death = lived({
      between: (builder) => builder.engine("exited", { exitCode: 2, logTail: "panic: nil" }),
    });
    expect(whys(death)).toEqual(["the engine exits by itself with code 2; the end of its log:\npanic: nil"]);
    const asked = lived({
      between: (builder) =>
        builder.engine("terminating").engine("exited", { exitCode: 0 }).engine("spawned").engine("ready"),
    });
    expect(whys(asked)).toEqual([]);
    const killed = lived({
      between: (builder) => builder.engine("killed").engine("exited").engine("spawned").engine("ready"),
    });
    expect(whys(killed)).toEqual([]);
  });

  it("finds an engine that exits before it is ready", () => {
    const builder = new RecordingBuilder().engine("spawned").engine("exited", { signal: "SIGSEGV" });
    expect(whys(builder)).toEqual(["the engine exits by itself before it was ready by SIGSEGV"]);
    expect(livenessProblems(builder.whole())).toEqual([]);
  });

  it("cannot tell of an engine that was never started, or never called the API", () => {
    expect(livenessProblems(new RecordingBuilder().whole())).toEqual(["the engine was never started"]);
    const silent = new RecordingBuilder().engine("spawned").whole();
    expect(livenessProblems(silent)).toEqual(["the engine on lp-n1 was started and never called the API"]);
    expect(liveness.judge(silent)).toEqual([]);
  });

  it("does not blame the engine for what a recording that was cut short does not show", () => {
    const cut = new RecordingBuilder().started().begin("one").end().cut();
    expect(liveness.judge(cut)).toEqual([]);
  });
});
