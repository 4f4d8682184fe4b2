import { expect, test } from "vitest";
import { lanesOf } from "./lanes.ts";
import { lastAt, nearest, neighbour } from "./instants.ts";
import type { AttemptData, PageEvent } from "./page-data.ts";

const times = [10, 20, 20.5, 40];

test("arrow keys go from one event to the next, and stay at the ends", () => {
  expect(neighbour(times, 15, 1)).toBe(20);
  expect(neighbour(times, 20, 1)).toBe(20.5);
  expect(neighbour(times, 40, 1)).toBe(40);
  expect(neighbour(times, 20, -1)).toBe(10);
  expect(neighbour(times, 25, -1)).toBe(20.5);
  expect(neighbour(times, 5, -1)).toBe(10);
  expect(neighbour([], 5, 1)).toBe(5);
});

test("the pointer is drawn to an event that is near, and to none that is not", () => {
  expect(nearest(times, 20.4, 1)).toBe(20.5);
  expect(nearest(times, 30, 1)).toBe(30);
  expect(lastAt(times, 9)).toBe(-1);
});

test("every author has a lane; a missed look at the API is bad; a lane without marks is none", () => {
  const write = (atMs: number, author: number): PageEvent => ({
    atMs,
    lane: "write",
    node: 0,
    author,
    text: 2,
  });
  const run = { count: 1, maxLatencyMs: 1 };
  const data = {
    texts: ["iptables", "kube-vip", "x"],
    states: [[]],
    probes: [
      {
        prober: "p",
        runs: [
          { ...run, fromMs: 0, toMs: 5, isOk: true },
          { ...run, fromMs: 6, toMs: 7, isOk: false },
        ],
      },
    ],
  } as unknown as AttemptData;
  const lanes = lanesOf(data, [write(1, 0), write(2, 1), write(3, 0)], 0);
  expect(lanes.map(({ name, marks }) => [name, marks.length])).toEqual([
    ["Writes: iptables", 2],
    ["Writes: kube-vip", 1],
    ["API probe", 2],
  ]);
  expect(lanes.at(-1)?.marks.filter(({ isBad }) => isBad)).toMatchObject([{ fromMs: 6, toMs: 7 }]);
});
