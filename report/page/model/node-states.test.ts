import fc from "fast-check";
import { expect, test } from "vitest";
import { changingTables, NodeStates, tableFigures, tableLines } from "./node-states.ts";
import type { AttemptData, PageState } from "./page-data.ts";
import { editsBetween } from "./sequence.ts";

function statesOf(sequences: readonly (readonly number[])[]): readonly PageState[] {
  return sequences.map((items, index) => ({
    atMs: index * 10,
    title: 0,
    step: 0,
    writes: 0,
    edits: editsBetween(sequences[index - 1] ?? [], items),
  }));
}

const data: AttemptData = {
  version: 1,
  durationMs: 100,
  texts: ["a", "b", "c", "d"],
  places: [
    ["iptables-legacy", "nat", "X"],
    ["route", "198", ""],
  ],
  items: [
    [0, 0],
    [0, 1],
    [1, 2],
    [1, 3],
  ],
  nodes: ["n1"],
  events: [],
  probes: [],
  states: [],
  wrong: [],
  planted: [3],
};

test("any look is had from anywhere, in whatever order it is asked for", () => {
  const sequences = fc.array(fc.array(fc.nat(9), { maxLength: 8 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(sequences, fc.array(fc.nat(199), { maxLength: 30 }), (all, asked) => {
      const states = new NodeStates(statesOf(all));
      for (const index of asked.filter((one) => one < all.length))
        expect(states.items(index)).toEqual(all[index]);
    }),
    { numRuns: 60 },
  );
});

test("the look of an instant is the last one that is not later", () => {
  const states = new NodeStates(statesOf([[0], [1], [2]]));
  expect([-1, 0, 9, 10, 19, 500].map((atMs) => states.indexAt(atMs))).toEqual([-1, 0, 0, 1, 1, 2]);
  expect(states.items(-1)).toEqual([]);
});

test("a table is told with what came and went in it", () => {
  expect(tableFigures(data, [0, 2], [0, 0, 1])).toEqual([
    { table: "iptables-legacy nat", count: 3, added: 2, removed: 0 },
    { table: "route 198", count: 0, added: 0, removed: 1 },
  ]);
  expect(tableLines(data, "route 198", [0, 2], [0, 3]).map(({ op, id }) => op + id)).toEqual(["-2", "+3"]);
});

test("what the harness planted changes no table, and neither does the first look", () => {
  expect([...changingTables(data, statesOf([[0], [0, 3], [0, 1, 3], [0, 1]]))]).toEqual([
    "iptables-legacy nat",
  ]);
  expect([...changingTables(data, statesOf([[2], []]))]).toEqual(["route 198"]);
});
