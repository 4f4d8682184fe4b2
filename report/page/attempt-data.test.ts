import { expect, test } from "vitest";
import type { RecordedEvent } from "../../harness/model/recording.ts";
import { finding, markRule } from "../report.fixture.ts";
import { attemptData } from "./attempt-data.ts";
import type { AttemptData } from "./model/page-data.ts";
import { NodeStates } from "./model/node-states.ts";
import { look, recordingWith, ruleOf, write } from "./page.fixture.ts";

const [one, two, three] = [ruleOf("10.0.0.1"), ruleOf("10.0.0.2"), ruleOf("10.0.0.3")];
const snapshots = { a: [one, two], b: [two, one, one], c: [markRule, three] };

function textsAt(data: AttemptData, index: number): readonly (string | undefined)[] {
  const states = new NodeStates(data.states[0] ?? []);
  return states.items(index).map((item) => data.texts[data.items[item]?.[1] ?? -1]);
}

const probe = (atMs: number, ok: boolean): RecordedEvent => ({
  kind: "probe",
  atMs,
  from: "node n1",
  to: "https://172.30.1.10:6443",
  connection: "new",
  ok,
  latencyMs: atMs / 100,
});

const events: readonly RecordedEvent[] = [
  { kind: "step", atMs: 5, step: "created", state: "begin" },
  probe(6, true),
  probe(7, true),
  probe(8, false),
  look(10, "created", "a"),
  { kind: "fault", atMs: 11, fault: 0, step: "created", node: "n1", state: "fired", evidence: "it is gone" },
  write(1, ["/sbin/iptables", "-A"]),
  { kind: "fault", atMs: 13, fault: 0, step: "created", node: "n1", state: "healed" },
  { kind: "step", atMs: 14, step: "created", state: "end" },
  look(1_020, "moved", "b"),
  look(1_030, "deleted", "c"),
];
const data = attemptData(recordingWith(events, snapshots), [finding]);

test("every look can be had again, in its order and with what is there twice", () => {
  expect(textsAt(data, 0)).toEqual(snapshots.a.map(({ text }) => text));
  expect(textsAt(data, 1)).toEqual(snapshots.b.map(({ text }) => text));
  expect(textsAt(data, 2)).toEqual(snapshots.c.map(({ text }) => text));
});

test("a text is told once", () => {
  expect(new Set(data.texts).size).toBe(data.texts.length);
  expect(data.items).toHaveLength(4);
});

test("what happened is in its lane: spans have an end, a writer its name", () => {
  const told = (lane: string) => data.events.filter((event) => event.lane === lane);
  expect(told("step")).toMatchObject([{ atMs: 5, endMs: 14 }]);
  expect(told("fault").map(({ atMs, endMs }) => [atMs, endMs])).toEqual([
    [11, 13],
    [13, undefined],
  ]);
  expect(told("write").map(({ author }) => data.texts[author ?? -1])).toEqual(["iptables"]);
  expect(data.events.map(({ atMs }) => atMs)).toEqual(
    data.events.map(({ atMs }) => atMs).toSorted((a, b) => a - b),
  );
});

test("looks at the API server that went alike are one run", () => {
  expect(data.probes).toHaveLength(1);
  expect(data.probes[0]?.runs).toEqual([
    { fromMs: 6, toMs: 7, isOk: true, count: 2, maxLatencyMs: 0.07 },
    { fromMs: 8, toMs: 8, isOk: false, count: 1, maxLatencyMs: 0.08 },
  ]);
});

test("the items of findings are marked", () => {
  const [wrong] = data.wrong;
  expect(data.texts[data.items[wrong?.item ?? -1]?.[1] ?? -1]).toBe(markRule.text);
  expect(data.nodes[wrong?.node ?? -1]).toBe("n1");
});
