import { describe, expect, it } from "vitest";
import type { Recording } from "../model/recording.ts";
import { apiReachability, probeProblems } from "./api-reachability.ts";
import { RecordingBuilder } from "./testing.ts";

/** A control window, an engine, and then one look per 200 ms: `.` answered, `x` not. */
function looks(pattern: string, control = "..."): RecordingBuilder {
  const builder = new RecordingBuilder({ limits: { apiOutageMs: 1000 } });
  const look = (sign: string): unknown =>
    builder.pass(190).probe(sign === ".", sign === "." ? {} : { error: "timeout" });
  for (const sign of control) look(sign);
  builder.engine("spawned").begin("one");
  for (const sign of pattern) look(sign);
  return builder;
}

describe("api-reachability", () => {
  it("is silent on outages within the limit, however many", () => {
    const recording = looks("..xxx..xx...x...").whole();
    expect(apiReachability.judge(recording)).toEqual([]);
    expect(probeProblems(recording)).toEqual([]);
  });

  it("finds the longest outage, from its first failed look to its last", () => {
    const findings = apiReachability.judge(looks("..xx..xxxxxx..").whole());
    expect(findings).toHaveLength(1);
    expect(findings[0]?.why).toContain(
      "for 1001 ms (new connections, limit 1000 ms, 6 failures, last: timeout)",
    );
    expect(findings[0]?.step).toBe("one");
  });

  it("finds an outage that does not end, and one that begins with the engine", () => {
    expect(apiReachability.judge(looks("..xxxxxx").whole())).toHaveLength(1);
    expect(apiReachability.judge(looks("xxxxxx..").whole())).toHaveLength(1);
  });

  it("blames no engine for an outage that a fault of ours makes, and for every other", () => {
    const fault = { kind: "fault", fault: 0, step: "one", node: "lp-n1" } as const;
    const action = { kind: "link-down" } as const;
    const planned = { action, step: "one", node: 0, trigger: { at: "settled" }, heal: "same-step" } as const;
    const cut = (healed: boolean): Recording => {
      const builder = new RecordingBuilder({ limits: { apiOutageMs: 1000 }, plan: { faults: [planned] } });
      for (const _ of "...") builder.pass(190).probe(true);
      builder
        .engine("spawned")
        .begin("one")
        .event({ ...fault, state: "fired" });
      if (healed) builder.event({ ...fault, state: "healed" }).pass(1000);
      for (const _ of "xxxxxxx") builder.pass(190).probe(false, { error: "timeout" });
      return builder.whole();
    };
    expect(apiReachability.judge(cut(false))).toEqual([]);
    expect(apiReachability.judge(cut(true))).toHaveLength(1);
  });

  it("judges every path by itself", () => {
    const builder = new RecordingBuilder({ limits: { apiOutageMs: 1000 } });
    const look = (ok: boolean): unknown =>
      builder.pass(190).probe(true).probe(ok, { connection: "kept" }).probe(true, { from: "pod on lp-n1" });
    for (const ok of [true, true, true]) look(ok);
    builder.engine("spawned");
    for (const ok of [true, false, false, false, false, false, false, true]) look(ok);
    const findings = apiReachability.judge(builder.whole());
    expect(findings.map(({ why }) => why.includes("(kept connections"))).toEqual([true]);
  });

  it("blames nobody when the control window fails, but says that it cannot tell", () => {
    const recording = looks("..xxxxxxx..", "..x").whole();
    expect(apiReachability.judge(recording)).toEqual([]);
    expect(probeProblems(recording)).toEqual([
      "probe from node lp-n1 to https://172.30.1.10:6443 (new connections): 1 failures before the engine was started: timeout",
    ]);
  });

  it("blames no engine for what the control prober misses too, and cannot tell when that lasts", () => {
    const builder = new RecordingBuilder({ limits: { apiOutageMs: 1000 } });
    const look = (ok: boolean, isControlOk: boolean): unknown =>
      builder.pass(190).probe(ok).probe(isControlOk, { from: "control", error: "timeout" });
    for (let count = 0; count < 3; count++) look(true, true);
    builder.engine("spawned");
    for (let count = 0; count < 8; count++) look(false, false);
    look(true, true);
    expect(apiReachability.judge(builder.whole())).toEqual([]);
    expect(probeProblems(builder.whole())).toEqual([expect.stringContaining("perturbed")]);
    for (let count = 0; count < 12; count++) look(false, true);
    expect(apiReachability.judge(builder.whole())).toHaveLength(1);
  });

  it("cannot tell without samples, with too few, or with a hole in them", () => {
    expect(probeProblems(new RecordingBuilder().engine("spawned").whole())).toEqual([
      "no probe of the API server was recorded",
    ]);
    expect(probeProblems(looks(".", ".").whole())).toHaveLength(2);
    const hole = looks("....").pass(5200).probe(true).whole();
    expect(probeProblems(hole)[0]).toContain("an outage could hide there");
    expect(probeProblems(new RecordingBuilder().whole())).toEqual([]);
  });

  it("blames nobody for a look that hung far longer than looks may: the prober itself had no time", () => {
    const hung = looks("....").pass(3100).probe(false, { latencyMs: 3072, error: "timeout" }).probe(true);
    expect(apiReachability.judge(hung.whole())).toEqual([]);
    expect(probeProblems(hung.whole())).toEqual([]);
    const longer = looks("....").pass(6000).probe(false, { latencyMs: 5900, error: "timeout" }).probe(true);
    expect(apiReachability.judge(longer.whole())).toEqual([]);
    expect(probeProblems(longer.whole())[0]).toContain("an outage could hide there");
  });

  it("blames nobody for misses while a prober stood still", () => {
    const missed = (stalledMs: number): Recording => {
      const builder = new RecordingBuilder({ limits: { apiOutageMs: 1000 } });
      const pod = { from: "pod on lp-n1" } as const;
      for (const _ of "...") builder.pass(190).probe(true).probe(true, pod);
      builder.engine("spawned").begin("one").probe(true, pod);
      for (const _ of "xxx")
        builder
          .pass(1000)
          .probe(false, { ...pod, latencyMs: 1_000, error: "timeout" })
          .probe(true, { stalledMs });
      return builder.probe(true, pod).probe(true, pod).whole();
    };
    expect(apiReachability.judge(missed(400))).toEqual([]);
    expect(probeProblems(missed(400))).toEqual([]);
    expect(apiReachability.judge(missed(120))).toHaveLength(1);
  });

  it("can tell from the others where a prober stood still before the engine was started", () => {
    const early = (stalledMs: number): Recording => {
      const builder = new RecordingBuilder({ limits: { apiOutageMs: 1000 } });
      builder.pass(1000).probe(false, { latencyMs: 1_000, error: "timeout", stalledMs });
      for (const _ of "...") builder.pass(2000).probe(true);
      builder.engine("spawned").begin("one");
      for (const _ of "...") builder.pass(200).probe(true);
      return builder.whole();
    };
    expect(probeProblems(early(400))).toEqual([]);
    expect(probeProblems(early(120))[0]).toContain("1 failures before the engine was started");
  });
});
