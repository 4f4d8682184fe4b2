import { expect, test } from "vitest";
import type { RecordedEvent } from "../../harness/model/recording.ts";
import { parseNetwork } from "../../harness/state/address.ts";
import { look, recordingWith, ruleOf, write } from "./page.fixture.ts";
import { writerOf } from "./writer.ts";

const item = ruleOf("10.244.0.7");
const finding = { item, node: "n1" };
const empty = look(900, "before", "none");
const present = look(2_000, "created", "one");
const snapshots = { none: [], one: [item], other: [ruleOf("10.244.0.9")] };
const appended = ["/sbin/iptables", "-A", "KUBE-VIP-EGRESS", "-s", "10.244.0.7/32"];

const written = (...events: readonly RecordedEvent[]) =>
  writerOf(recordingWith([empty, ...events, present], snapshots), finding, "one");

test("of several writes the one whose arguments name the item is its writer", () => {
  const writer = written(write(1, appended), write(2, ["/sbin/iptables", "-A", "X", "-s", "10.244.0.70/32"]));
  expect(writer).toMatchObject({ act: "made", certainty: "named", index: 1, argv: appended, pid: 101 });
});

test("a network is named by itself, and not by an address in it", () => {
  const network = { ...ruleOf("10.96.0.0/12"), tokens: [parseNetwork("10.96.0.0/12")] };
  const returned = ["/sbin/iptables", "-A", "KUBE-VIP-EGRESS", "-d", "10.96.0.0/12", "-j", "RETURN"];
  const others = ["/sbin/iptables", "-A", "KUBE-VIP-EGRESS", "-d", "10.96.0.1", "-j", "RETURN"];
  const events = [empty, write(1, returned), write(2, others), present];
  const writer = writerOf(
    recordingWith(events, { none: [], one: [network] }),
    { item: network, node: "n1" },
    "one",
  );
  expect(writer).toMatchObject({ certainty: "named", index: 1, argv: returned });
});

test("without a name the only write of that kind is, and of several the last is said to be one of them", () => {
  const restore = ["iptables-restore"];
  expect(written(write(1, restore), write(2, restore, "RTM_NEWROUTE"))).toMatchObject({
    certainty: "only",
    index: 1,
  });
  expect(written(write(1, restore), write(2, restore))).toMatchObject({
    certainty: "last",
    index: 2,
    others: 1,
  });
  expect(written(write(1, restore, "IPT_SO_SET_REPLACE nat"))).toBeUndefined();
});

test("a look right before and after the write is proof", () => {
  const state = (index: number, digest: string): RecordedEvent => ({
    kind: "kernel-state",
    atMs: 1_000 + index,
    node: "n1",
    step: "created",
    index,
    digest,
    state: digest,
    heldMs: 1,
  });
  const held = [
    state(0, "none"),
    write(1, ["restore"]),
    state(1, "one"),
    write(2, appended),
    state(2, "one"),
  ];
  expect(written(...held)).toMatchObject({ certainty: "seen", index: 1 });
});

test("of what is missing, the writer that took it away is told", () => {
  const events = [empty, write(1, appended), present, write(2, ["flush"]), look(3_000, "moved", "other")];
  expect(writerOf(recordingWith(events, snapshots), finding, "other")).toMatchObject({
    act: "removed",
    index: 2,
  });
});

test("writes that failed, of other nodes and after the judgement are none", () => {
  const failed = { ...write(1, appended), error: "EBUSY" } as RecordedEvent;
  const elsewhere = { ...write(2, appended), node: "n2" } as RecordedEvent;
  expect(written(failed, elsewhere)).toBeUndefined();
  const late = [
    empty,
    write(1, ["a"]),
    present,
    write(2, ["b"]),
    look(3_000, "x", "none"),
    look(4_000, "y", "one"),
  ];
  expect(writerOf(recordingWith(late, snapshots), finding, "one")).toMatchObject({ index: 1 });
});

test("what was there before the engine has no writer", () => {
  expect(
    writerOf(recordingWith([present, write(1, appended), present], snapshots), finding, "one"),
  ).toBeUndefined();
});
