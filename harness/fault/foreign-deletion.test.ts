import fc from "fast-check";
import { expect, test } from "vitest";
import type { StateItem } from "../model/state.ts";
import { pickItem } from "./foreign-deletion.ts";

const rule = (text: string): StateItem => ({
  family: "iptables-nft",
  table: "nat",
  chain: "X",
  kind: "rule",
  text,
  tokens: [],
});
const items: readonly StateItem[] = [
  rule("-A X 2"),
  rule("-A X 1"),
  { family: "sysctl", kind: "value", text: "net/x = 1", tokens: [] },
  // Native: a rule of `ip rule` is none that this fault is about.
  { family: "rule", kind: "rule", text: "-4 pref 1", tokens: [] },
];

test("counts round, in the order of the texts", () => {
  const picked = [0, 1, 2].map((pick) => pickItem(items, { of: "rule", pick })?.text);
  expect(picked).toEqual(["-A X 1", "-A X 2", "-A X 1"]);
  expect(pickItem(items, { of: "route", pick: 0 })).toBeUndefined();
});

test("picks the same whatever order the items are in", () => {
  const shuffled = fc.shuffledSubarray([...items], { minLength: items.length });
  fc.assert(
    fc.property(shuffled, fc.nat(), (some, pick) => {
      expect(pickItem(some, { of: "rule", pick })).toEqual(pickItem(items, { of: "rule", pick }));
    }),
  );
});
