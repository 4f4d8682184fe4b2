import { expect, test } from "vitest";
import type { Verdict } from "../../harness/model/verdict.ts";
import { entryOf, finding, recordingOf, planOf } from "../report.fixture.ts";
import { byImportance } from "./attempt-rank.ts";
import { pageFindings } from "./page-findings.ts";

const observed = { ...finding, oracle: "healed-late", level: "observed", why: "late" } as const;
const other = { ...finding, node: "n2" };
const again = { ...finding, oracle: "residue", step: "<empty>" } as const;
const verdict: Verdict = { kind: "fail", findings: [observed, other, finding, again] };

test("findings about one item of one node are one card; Core is told first", () => {
  const cards = pageFindings(entryOf("kv.moves", verdict), 3, undefined, undefined);
  expect(
    cards.map(({ finding: { oracle, node }, also, attempt }) => [oracle, node, also.length, attempt]),
  ).toEqual([
    ["retired-identity", "n1", 2, 3],
    ["retired-identity", "n2", 0, 3],
  ]);
  expect(cards[0]?.also).toContainEqual({ oracle: "residue", step: "<empty>" });
});

test("a card holds what its item says, without what only machines read", () => {
  const [card] = pageFindings(entryOf("kv.moves", verdict), 0, recordingOf(planOf("x", "x")), undefined);
  expect(card?.finding.item).toEqual({
    family: "iptables-legacy",
    table: "mangle",
    text: finding.item?.text,
  });
  expect(card?.beside?.lines.some(({ isItem }) => isItem)).toBe(true);
});

test("what failed comes first, then errors; Core before Extended; index attempts before their like", () => {
  const fail = entryOf("kv.moves", verdict);
  const pass = entryOf("kv.deleted", { kind: "pass" });
  const attempts = [
    { ...fail, id: "mutant", level: "power" as const },
    pass,
    { ...pass, id: "index", role: "index" as const },
    { ...fail, id: "extended", level: "extended" as const },
    {
      ...pass,
      id: "error",
      verdict: { kind: "error", cause: { code: "x", message: "y" }, findings: [] } as const,
    },
    fail,
  ];
  expect(byImportance(attempts).map(({ id }) => id)).toEqual([
    "kv.moves",
    "extended",
    "error",
    "index",
    "kv.deleted",
    "mutant",
  ]);
});
