import { describe, expect, it } from "vitest";
import type { Recording } from "../model/recording.ts";
import type { Expectation } from "../model/scenario.ts";
import type { StateItem } from "../model/state.ts";
import type { OracleName } from "../model/verdict.ts";
import { oracles } from "./all.ts";
import { judgeRecording } from "./judge.ts";
import { familiesWritten, sensitivityOf } from "./sensitivity.ts";
import { endpoints, markRule, namespace, RecordingBuilder, rule, snatRule, testNode } from "./testing.ts";
import { canaryStep } from "./timeline.ts";

const node = testNode.name;
const [pod, canary, vip] = ["10.244.0.5", "10.244.0.9", "172.30.9.1"];
const decoys = [1, 2].map((last) => rule("filter", "INPUT", `-s 192.0.2.${last}/32 -j ACCEPT`));

interface Made {
  /** What the parser made of the engine's items. */
  readonly parsed?: (item: StateItem) => StateItem;
  readonly policy?: "cleans" | "keeps";
}

/** A sound engine: it programs a pod and a canary, takes both away, and ends as it declares. */
function soundAttempt({ parsed = (item) => item, policy = "cleans" }: Made = {}): Recording {
  const builder = new RecordingBuilder({
    networks: ["10.244.0.0/16", `${vip}/32`],
    profile: { exit: { policy, except: [] } },
  });
  builder.look("baseline", []).event({ kind: "decoys", node, items: decoys }).look("planted", decoys);
  builder.probe(true).engine("spawned").engine("ready");
  const of = (address: string) => [markRule(address), snatRule(address, vip)].map(parsed);
  const expect = (step: string, address: string, present: boolean): void => {
    const expectation: Expectation = { intent: { kind: "egress", node, pod: address, vip }, present };
    const matchers = [
      { title: "MARK of the pod", table: "mangle", text: `-s ${address}/32` },
      { title: "SNAT of the pod", table: "nat", text: `-s ${address}/32` },
    ];
    builder.event({ kind: "expectation", step, node, expectation, matchers, met: true, waitedMs: 1 });
  };
  const begin = (step: string, address: string, present: boolean): void => {
    builder.begin(step).apply(endpoints(`lp-${address}`, [address]));
    if (!present) builder.remove(`Endpoints ${namespace}/lp-${address}`);
    expect(step, address, present);
  };
  begin("created", pod, true);
  builder
    .look("step", [...decoys, ...of(pod)])
    .end()
    .begin("terminated")
    .engine("terminating");
  builder.engine("exited").look("exited", policy === "keeps" ? [...decoys, ...of(pod)] : decoys);
  builder
    .engine("spawned")
    .engine("ready")
    .look("step", [...decoys, ...of(pod)])
    .end();
  begin("deleted", pod, false);
  builder.look("step", decoys).end();
  begin(canaryStep, canary, true);
  builder.look("canary-programmed", [...decoys, ...of(canary)]);
  builder.remove(`Endpoints ${namespace}/lp-${canary}`);
  expect(canaryStep, canary, false);
  builder.look("canary-removed", decoys).end();
  return builder.begin("<empty>").look("emptied", decoys).end().whole();
}

const seenBy = (recording: Recording, judges = oracles) =>
  Object.fromEntries(
    sensitivityOf(recording, judges).map(({ oracle, planted, caught }) => [oracle, [planted, caught]]),
  );

const all = {
  "retired-identity": [1, 1],
  "unknown-identity": [1, 1],
  intent: [2, 2],
  residue: [1, 1],
  convergence: [2, 2],
  duplicates: [1, 1],
  bystander: [2, 2],
  "exit-policy": [1, 1],
};

describe("sensitivityOf", () => {
  it("plants into an attempt in which nothing is wrong", () => {
    const found = judgeRecording(soundAttempt()).filter(({ oracle }) => Object.hasOwn(all, oracle));
    expect(found).toEqual([]);
  });

  it("is whole where every oracle sees what is planted for it", () => {
    expect(seenBy(soundAttempt())).toEqual(all);
    expect(seenBy(soundAttempt({ policy: "keeps" }))).toEqual(all);
  });

  it.each(Object.keys(all))("shows that %s is switched off", (name) => {
    const off = oracles.map((oracle) => (oracle.name === name ? { ...oracle, judge: () => [] } : oracle));
    const [planted] = all[name as keyof typeof all];
    expect(seenBy(soundAttempt(), off)).toEqual({ ...all, [name]: [planted, 0] });
    const absent = oracles.filter((oracle) => oracle.name !== (name as OracleName));
    expect(seenBy(soundAttempt(), absent)).toEqual({ ...all, [name]: [planted, 0] });
  });

  it("shows a parser that decodes no addresses: nobody knows then whose an item is", () => {
    const blind = soundAttempt({ parsed: (item) => ({ ...item, tokens: [] }) });
    expect(seenBy(blind)).toEqual({ ...all, "retired-identity": [1, 0], "unknown-identity": [1, 0] });
    expect(sensitivityOf(blind).flatMap(({ missed }) => missed)).toEqual([
      `stays behind its object: [iptables-legacy mangle] ${markRule(pod).text}`,
      `names an address of nobody: [iptables-legacy mangle] ${markRule("198.18.113.7").text}`,
    ]);
  });

  it("is not taken in by an oracle that complains of everything", () => {
    const loud = oracles.map((oracle) =>
      oracle.name === "residue"
        ? {
            ...oracle,
            judge: () => [{ oracle: "residue", level: "core", node, why: "bad", step: "<empty>" }] as const,
          }
        : oracle,
    );
    expect(seenBy(soundAttempt(), loud)).toEqual({ ...all, residue: [1, 0] });
  });

  it("has nothing to say of a recording that was cut short", () => {
    const { events, ...rest } = soundAttempt();
    expect(sensitivityOf({ ...rest, events: events.slice(0, -1) })).toEqual([]);
  });
});

describe("familiesWritten", () => {
  it("are those of the engine's items, not of what is somebody else's", () => {
    expect(familiesWritten(soundAttempt())).toEqual(["iptables-legacy"]);
    expect(
      familiesWritten(new RecordingBuilder().started(decoys).begin("one").look("step", decoys).whole()),
    ).toEqual([]);
  });
});
