import { expect, it } from "vitest";
import type { Finding, Verdict } from "../../harness/model/verdict.ts";
import { resultOf, triedIn } from "./result.ts";
import { renderPower } from "./table.ts";
import { foundIn, tallyFindings, tallyWay, type Tried } from "./tally.ts";
import type { Way } from "./ways.ts";

const tried = (way: Way, at: number, ...keys: readonly string[]): Tried => ({
  way,
  id: `${way}-${at}`,
  scenario: "s",
  verdict: keys.length > 0 ? "fail" : "pass",
  fired: true,
  durationMs: 1_000,
  wayMs: at * 1_000,
  found: keys.map((key) => ({ key, text: `text of ${key}` })),
});
const all = [
  tried("kernel-writes", 1),
  tried("random-times", 1, "b"),
  tried("kernel-writes", 2, "a", "b"),
  tried("random-times", 2, "b"),
  { ...tried("kernel-writes", 3, "a", "c"), fired: false },
];

it("counts each finding of a way once, at the attempt that came upon it", () => {
  expect(tallyWay("kernel-writes", all)).toEqual({
    way: "kernel-writes",
    attempts: 3,
    fired: 2,
    distinct: 3,
    firstAt: 2,
    ms: 3_000,
    curve: [
      { attempts: 1, ms: 1_000, distinct: 0 },
      { attempts: 2, ms: 2_000, distinct: 2 },
      { attempts: 3, ms: 3_000, distinct: 3 },
    ],
  });
  expect(tallyWay("random-times", all)).toMatchObject({ distinct: 1, firstAt: 1 });
});

it("has nothing to say of a way that was never tried", () => {
  expect(tallyWay("api-writes", all)).toEqual({
    way: "api-writes",
    attempts: 0,
    fired: 0,
    distinct: 0,
    ms: 0,
    curve: [],
  });
});

it("says who came upon a finding how often, and who first", () => {
  expect(tallyFindings(all)).toEqual([
    { key: "b", text: "text of b", by: { "random-times": 2, "kernel-writes": 1 }, first: "random-times-1" },
    { key: "a", text: "text of a", by: { "kernel-writes": 2 }, first: "kernel-writes-2" },
    { key: "c", text: "text of c", by: { "kernel-writes": 1 }, first: "kernel-writes-3" },
  ]);
});

const finding = (step: string, level: Finding["level"] = "core"): Finding => ({
  oracle: "residue",
  level,
  step,
  why: "it stays: 10.0.0.7",
});

it("takes one shape in one step as one finding, and figures as none", () => {
  const twice = { ...finding("a"), why: "it stays: 10.0.0.9" };
  const verdict: Verdict = {
    kind: "fail",
    findings: [finding("a"), twice, finding("b"), finding("c", "observed")],
  };
  expect(foundIn("s", verdict).map(({ text }) => text)).toEqual([
    's, step "a", residue: it stays: 10.0.0.9',
    's, step "b", residue: it stays: 10.0.0.7',
  ]);
});

it("believes nothing that the harness could not tell", () => {
  const cause = { code: "run/internal", message: "x" };
  expect(foundIn("s", { kind: "error", cause, findings: [finding("a")] })).toEqual([]);
  expect(foundIn("s", { kind: "pass" })).toEqual([]);
});

it("makes a table of a journal", () => {
  const asked = { startedAt: "t", engine: "e/v", seed: 7, clusters: 2, timeMs: 60_000, isInterrupted: true };
  const journal = [
    { kind: "fault-free", scenario: "s", keys: ["k"] },
    { kind: "left-out", scenario: "other", why: "state/unreadable: no" },
    { kind: "places", way: "kernel-writes", count: 12 },
    { kind: "places", way: "random-times", count: null },
    ...all.map((each) => ({ kind: "tried", tried: each }) as const),
  ] as const;
  expect(triedIn(journal)).toEqual(all);
  expect(renderPower(resultOf(asked, journal))).toMatchInlineSnapshot(`
    "e/v, seed 7, 1.0 min in all, 2 clusters, 1 scenarios
    WAY            PLACES  ATTEMPTS  FIRED  DISTINCT  FIRST AT  PER MIN  MINUTES
    kernel-writes      12         3      2         3         2     60.0      0.1
    api-writes        any         0      0         0     never               0.0
    random-times      any         2      2         1         1     60.0      0.0
    Taken away: 1 findings of attempts without a kill.
    Left out: other: state/unreadable: no

    Distinct findings, and who found them:
    1. text of b
       by kernel-writes (1), random-times (2); first in random-times-1
    2. text of a
       by kernel-writes (2); first in kernel-writes-2
    3. text of c
       by kernel-writes (1); first in kernel-writes-3
    Interrupted: this is what there was by then.
    "
  `);
});
