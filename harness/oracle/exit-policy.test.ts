import { describe, expect, it } from "vitest";
import type { EngineProfile } from "../model/engine.ts";
import type { StateItem } from "../model/state.ts";
import { exitPolicy } from "./exit-policy.ts";
import { endpoints, markRule, namespace, RecordingBuilder, rule } from "./testing.ts";

const jump = rule("mangle", "PREROUTING", "-j KUBE-VIP-EGRESS");
const except = [{ title: "jump", reason: "test", chain: "PREROUTING" }];

function terminated(
  policy: "cleans" | "keeps",
  after: readonly StateItem[],
  inTime = true,
): RecordingBuilder {
  const profile: Partial<EngineProfile> = { exit: { policy, except } };
  const builder = new RecordingBuilder({ profile }).started().begin("one");
  builder.apply(endpoints("lp-web", ["10.244.0.5"])).apply(endpoints("lp-other", ["10.244.0.6"]));
  builder
    .look("step", [jump, markRule("10.244.0.5"), markRule("10.244.0.6")])
    .end()
    .begin("stop");
  builder.engine("terminating").engine(inTime ? "exited" : "exit-timeout");
  return builder.look("exited", after).end();
}

function found(builder: RecordingBuilder): readonly (readonly [string, string | undefined])[] {
  return exitPolicy.judge(builder.whole()).map(({ why, item }) => [why, item?.text] as const);
}

describe("exit-policy", () => {
  it("is silent on an engine that does as it declares, and on one that was never asked to stop", () => {
    expect(found(terminated("cleans", [jump]))).toEqual([]);
    expect(found(terminated("keeps", [jump, markRule("10.244.0.5"), markRule("10.244.0.6")]))).toEqual([]);
    const killed = new RecordingBuilder().started().engine("killed").look("exited", [jump]);
    expect(found(killed)).toEqual([]);
  });

  it("says nothing of how an earlier version ends, and all of the one under test", () => {
    const ended = (more: { readonly earlierVersion?: string }) =>
      new RecordingBuilder()
        .engine("spawned", more)
        .engine("ready")
        .begin("one")
        .engine("terminating")
        .engine("exit-timeout");
    expect(found(ended({ earlierVersion: "v1" }))).toEqual([]);
    expect(found(ended({}))).toHaveLength(1);
  });

  it("finds a clean-up that fails or does not end, and is silent on one that ends well", () => {
    const cleaned = (more: { readonly exitCode?: number }) =>
      new RecordingBuilder().started().begin("one").engine("killed").engine("uninstalled", more);
    expect(found(cleaned({ exitCode: 0 }))).toEqual([]);
    expect(found(cleaned({ exitCode: 1 }))).toEqual([[expect.stringContaining("with code 1"), undefined]]);
    expect(found(cleaned({}))).toEqual([[expect.stringContaining("does not end"), undefined]]);
  });

  it("finds what an engine that cleans leaves", () => {
    expect(found(terminated("cleans", [jump, markRule("10.244.0.5")]))).toEqual([
      ["is left after SIGTERM by an engine that declares to clean", markRule("10.244.0.5").text],
    ]);
  });

  it("finds what is kept for as long as the engine runs alone, and nothing else that is kept", () => {
    const exit = { policy: "cleans", except: [] } as const;
    const after = (kept: Partial<EngineProfile>) => {
      const builder = new RecordingBuilder({ profile: { exit, ...kept } }).started().begin("one");
      builder.look("step", [jump]).end().begin("stop").engine("terminating").engine("exited");
      return found(builder.look("exited", [jump]).end());
    };
    expect(after({ keeps: except })).toEqual([]);
    expect(after({ keeps: except.map((kept) => ({ ...kept, endsWithEngine: true as const })) })).toHaveLength(
      1,
    );
  });

  it("finds what an engine that keeps takes away, but for rules of objects that are gone", () => {
    expect(found(terminated("keeps", [jump, markRule("10.244.0.6")]))).toEqual([
      ["is gone after SIGTERM by an engine that declares to keep", markRule("10.244.0.5").text],
    ]);
    const profile: Partial<EngineProfile> = { exit: { policy: "keeps", except: [] } };
    const builder = new RecordingBuilder({ profile })
      .started()
      .begin("one")
      .apply(endpoints("lp-web", ["10.244.0.5"]));
    builder
      .look("step", [markRule("10.244.0.5")])
      .begin("stop")
      .remove(`Endpoints ${namespace}/lp-web`);
    expect(found(builder.engine("terminating").engine("exited").look("exited", []))).toEqual([]);
  });

  it("finds an engine that does not exit in time, beside what it leaves", () => {
    const findings = exitPolicy.judge(terminated("cleans", [markRule("10.244.0.5")], false).whole());
    expect(findings.map(({ why, step }) => [why, step])).toEqual([
      ["the engine does not exit within 3000 ms after SIGTERM", "stop"],
      ["is left after SIGTERM by an engine that declares to clean", "stop"],
    ]);
  });

  it("does not judge what comes after the engine was started again", () => {
    const profile: Partial<EngineProfile> = { exit: { policy: "cleans", except: [] } };
    const builder = new RecordingBuilder({ profile }).started().engine("terminating").engine("exited");
    expect(found(builder.engine("spawned").look("exited", [jump]))).toEqual([]);
  });
});
