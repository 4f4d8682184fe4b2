import { expect, test } from "vitest";
import { isFindingWanted, stackFindings, wantedAttempts } from "./finding-filter.ts";
import type { PageAttempt, PageFinding } from "./page-data.ts";

const attemptOf = (id: string, engine = "e"): PageAttempt => ({
  id,
  scenario: "moves",
  engine,
  level: "core",
  seed: 1,
  durationMs: 1,
  replay: "",
  findings: 1,
  kind: "fail",
});
const card = (attempt: number, key: string, node = "n1"): PageFinding => ({
  attempt,
  finding: {
    oracle: "residue",
    level: "core",
    why: "it is still there",
    step: "<empty>",
    node,
    key,
    item: { family: "ipset", text: "add KUBE-ROUTER 10.244.0.7" },
  },
  also: [{ oracle: "intent", step: "moved" }],
});

test("the same in several attempts of an engine is told once", () => {
  const attempts = [attemptOf("a"), attemptOf("b"), attemptOf("c", "other")];
  const findings = [card(0, "k"), card(1, "k", "n2"), card(1, "other"), card(2, "k")];
  const stacks = stackFindings(findings, attempts);
  expect(stacks.map(({ index, others }) => [index, others])).toEqual([
    [0, [1]],
    [2, []],
    [3, []],
  ]);
});

test("twice in one attempt is told twice", () => {
  const stacks = stackFindings(
    [card(0, "k"), card(0, "k", "n2"), card(1, "k")],
    [attemptOf("a"), attemptOf("b")],
  );
  expect(stacks.map(({ index, others }) => [index, others])).toEqual([
    [0, [2]],
    [1, []],
  ]);
});

test("a filter finds rules, programs and other oracles of the card, and nothing else", () => {
  const one = {
    ...card(0, "k"),
    writer: { argv: ["ipset", "restore"] } as unknown as NonNullable<PageFinding["writer"]>,
  };
  const wanted = (filter: Parameters<typeof isFindingWanted>[2]): boolean =>
    isFindingWanted(one, attemptOf("a"), filter);
  expect(wanted({})).toBe(true);
  expect(wanted({ text: "KUBE-router" })).toBe(true);
  expect(wanted({ text: "restore" })).toBe(true);
  expect(wanted({ oracle: "intent" })).toBe(true);
  expect(wanted({ text: "10.244.0.8" })).toBe(false);
  expect(wanted({ oracle: "traffic" })).toBe(false);
  expect(wanted({ family: "kill" })).toBe(false);
  expect(wanted({ engine: "other" })).toBe(false);
});

test("attempts are filtered by their findings or their names", () => {
  const attempts = [
    attemptOf("a.moves"),
    attemptOf("b.moves", "other"),
    { ...attemptOf("m"), level: "power" as const },
  ];
  const wanted = (filter: Parameters<typeof wantedAttempts>[2]) =>
    wantedAttempts(attempts, [card(1, "k"), card(2, "k")], filter);
  expect(wanted({})).toEqual([0, 1]);
  expect(wanted({ text: "KUBE-ROUTER" })).toEqual([1]);
  expect(wanted({ text: "a.mo" })).toEqual([0]);
  expect(wanted({ oracle: "residue" })).toEqual([1]);
  expect(wanted({ engine: "e" })).toEqual([0]);
});
