import { expect, test } from "vitest";
import type { RecordedEvent, Recording } from "../../harness/model/recording.ts";
import { besideOf } from "./beside.ts";
import { begin, look, recordingWith, ruleOf } from "./page.fixture.ts";

const [old, fresh] = [ruleOf("10.244.0.7"), ruleOf("10.244.0.9")];
const snapshots = { created: [old], leaked: [old, fresh], clean: [fresh], many: [] };
const attempt = recordingWith([look(1, "created", "created"), look(2, "moved", "leaked")], snapshots);
const finding = { item: old, node: "n1", step: "moved" };

/** The same on a node of another name. */
function elsewhere(recording: Recording, aliases: Readonly<Record<string, string>>): Recording {
  const [, ...events] = recording.events;
  const renamed = events.map(
    (event) => ("node" in event ? { ...event, node: "n7" } : event) as RecordedEvent,
  );
  const first = {
    ...begin,
    nodes: [{ name: "n7", ipv4: "172.30.2.10", ipv6: "fd00::20" }],
    aliases,
  } as RecordedEvent;
  return { ...recording, events: [first, ...renamed] };
}

test("the same step without a fault stands beside; what is there too is not told as a difference", () => {
  const reference = elsewhere(
    recordingWith([look(1, "created", "created"), look(2, "moved", "clean")], snapshots),
    {},
  );
  const beside = besideOf(attempt, finding, "leaked", reference);
  expect(beside?.there).toBe("the same step, without a fault");
  expect(beside?.lines.map(({ op, isItem }) => `${op}${isItem ? "!" : ""}`)).toEqual(["+!", " "]);
  expect(beside?.place).toBe("[iptables-legacy mangle] KUBE-VIP-EGRESS");
});

test("what only differs by the names of nodes is alike", () => {
  const named = (name: string) => ({ ...fresh, text: `-A KUBE-VIP-EGRESS -o ${name} -j ACCEPT` });
  const here = {
    ...recordingWith([look(2, "moved", "x")], { x: [old, named("n1")] }),
  };
  const [first, ...rest] = here.events;
  const own = { ...here, events: [{ ...first, aliases: { n1: "<node-0>" } } as RecordedEvent, ...rest] };
  const reference = elsewhere(recordingWith([look(2, "moved", "x")], { x: [named("n7")] }), {
    n7: "<node-0>",
  });
  expect(besideOf(own, finding, "x", reference)?.lines.map(({ op }) => op)).toEqual(["+", " "]);
});

test("without such an attempt what the node held one look earlier stands beside", () => {
  const beside = besideOf(attempt, finding, "leaked");
  expect(beside?.there).toBe("the end of step created");
  expect(beside?.lines.map(({ op, isItem }) => `${op}${isItem ? "!" : ""}`)).toEqual([" !", "+"]);
});

test("of a long chain only what differs and the item are shown, and how much is not", () => {
  const long = Array.from({ length: 200 }, (_, index) => ruleOf(`10.0.0.${index}`));
  const recording = recordingWith([look(1, "created", "a"), look(2, "moved", "b")], {
    a: long,
    b: [...long.slice(0, 100), old, ...long.slice(100)],
  });
  const beside = besideOf(recording, finding, "b");
  expect(beside?.lines).toHaveLength(5);
  expect(beside?.hidden).toBe(196);
});

test("a finding without an item, or without a second look, has nothing beside it", () => {
  expect(besideOf(attempt, { node: "n1", step: "moved" }, undefined)).toBeUndefined();
  expect(besideOf(recordingWith([look(2, "moved", "leaked")], snapshots), finding, "leaked")).toBeUndefined();
});
