import { describe, expect, it } from "vitest";
import type { StateItem } from "../model/state.ts";
import type { Finding } from "../model/verdict.ts";
import { oracles } from "./all.ts";
import { judgeRecording, verdictOf } from "./judge.ts";
import { addresses, endpoints, markRule, namespace, RecordingBuilder, service, testNode } from "./testing.ts";

/** A whole attempt: a Service comes, its pod moves, it goes; then the canary. `last` is what is left. */
function attempt(last: readonly StateItem[] = []): RecordingBuilder {
  const builder = new RecordingBuilder().started();
  const expecting = (step: string, pod: string, present: boolean): unknown => {
    const expectation = {
      intent: { kind: "egress", node: testNode.name, pod, vip: "172.31.0.9" },
      present,
    } as const;
    const matchers = [{ title: "MARK of the pod", tokens: [addresses(pod)] }];
    return builder.event({
      kind: "expectation",
      step,
      node: testNode.name,
      expectation,
      matchers,
      met: true,
      waitedMs: 1,
    });
  };
  builder.begin("programmed").apply(service("lp-web", { loadBalancerIP: "172.31.0.9" }));
  builder
    .apply(endpoints("lp-web", ["10.244.0.5"]))
    .probe(true)
    .probe(true)
    .probe(true);
  expecting("programmed", "10.244.0.5", true);
  builder
    .look("step", [markRule("10.244.0.5")])
    .end()
    .begin("deleted");
  builder.remove(`Service ${namespace}/lp-web`).remove(`Endpoints ${namespace}/lp-web`);
  builder
    .look("step", last)
    .end()
    .begin("<canary>")
    .apply(endpoints("lp-canary", ["10.244.0.7"]));
  expecting("<canary>", "10.244.0.7", true);
  builder.look("canary-programmed", [...last, markRule("10.244.0.7")]);
  builder.remove(`Endpoints ${namespace}/lp-canary`);
  expecting("<canary>", "10.244.0.7", false);
  return builder.look("canary-removed", last).end().begin("<empty>").look("emptied", last).end();
}

const extended: Finding = { oracle: "retired-identity", level: "extended", why: "a name", step: "one" };
const error = { code: "cluster/api-failed", message: "it broke" } as const;
const notExercised = { kind: "not-exercised", reason: "interrupted", detail: "Ctrl-C" } as const;

describe("judging", () => {
  it("finds nothing in a clean attempt, with every oracle", () => {
    const recording = attempt().whole();
    expect(oracles.map((oracle) => oracle.name)).toHaveLength(15);
    expect(new Set(oracles.map((oracle) => oracle.name)).size).toBe(15);
    expect(judgeRecording(recording)).toEqual([]);
    expect(verdictOf(recording, [])).toEqual({ kind: "pass" });
  });

  it("fails a leak, by the oracles that are meant for it", () => {
    const recording = attempt([markRule("10.244.0.5")]).whole();
    const findings = judgeRecording(recording);
    expect(findings.map(({ oracle }) => oracle)).toEqual(["retired-identity", "residue"]);
    expect(verdictOf(recording, findings)).toEqual({ kind: "fail", findings });
  });

  it("lets fail beat error, error beat not-exercised, and that beat pass", () => {
    const leak = attempt([markRule("10.244.0.5")]).cut();
    expect(verdictOf(leak, judgeRecording(leak), { error, notExercised }).kind).toBe("fail");
    const clean = attempt().whole();
    expect(verdictOf(clean, [], { error, notExercised })).toEqual({
      kind: "error",
      cause: error,
      findings: [],
    });
    expect(verdictOf(clean, [], { notExercised })).toEqual(notExercised);
  });

  it("takes what ended since it could not be had here for that, and not for an error of what is missing then", () => {
    const cut = new RecordingBuilder().look("baseline", []).look("emptied", []).whole();
    const lacking = { kind: "not-exercised", reason: "environment", detail: "a pod" } as const;
    expect(verdictOf(cut, [], { notExercised: lacking })).toEqual(lacking);
    expect(verdictOf(cut, [], { notExercised: lacking, error }).kind).toBe("error");
    expect(verdictOf(cut, [], { notExercised }).kind).toBe("error");
  });

  it("decides by core findings alone", () => {
    expect(verdictOf(attempt().whole(), [extended])).toEqual({ kind: "pass", findings: [extended] });
    expect(verdictOf(attempt().whole(), [extended], { error })).toEqual({
      kind: "error",
      cause: error,
      findings: [extended],
    });
  });

  it.each([
    ["was cut short", attempt().cut(), "run/internal"],
    [
      "has no engine",
      new RecordingBuilder().look("baseline", []).look("emptied", []).whole(),
      "engine/never-spawned",
    ],
    ["has a silent engine", new RecordingBuilder().engine("spawned").whole(), "engine/never-called-api"],
    ["lacks snapshots", { ...attempt().whole(), snapshots: {} }, "run/internal"],
    ["has no canary", new RecordingBuilder().started().look("emptied", []).whole(), "run/internal"],
  ])("never passes a recording that %s", (_, recording, code) => {
    expect(verdictOf(recording, [])).toMatchObject({ kind: "error", cause: { code } });
  });

  it("never passes by a reference that cannot be compared with", () => {
    const recording = attempt().whole();
    expect(verdictOf(recording, [], { reference: recording })).toEqual({ kind: "pass" });
    expect(verdictOf(recording, [], { reference: attempt().cut() })).toMatchObject({
      kind: "error",
      cause: { code: "run/internal" },
    });
  });

  it("never passes without probes", () => {
    const recording = attempt().whole();
    const events = recording.events.filter((event) => event.kind !== "probe");
    expect(verdictOf({ ...recording, events }, [])).toMatchObject({ cause: { code: "cluster/api-failed" } });
  });

  it("never passes when no engine was up for the canary", () => {
    const builder = new RecordingBuilder()
      .started()
      .engine("killed")
      .begin("<canary>")
      .look("canary-programmed", []);
    const recording = builder.look("canary-removed", []).begin("<empty>").look("emptied", []).whole();
    expect(verdictOf(recording, [])).toMatchObject({ cause: { code: "run/internal" } });
  });
});
