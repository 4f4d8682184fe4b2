import { describe, expect, it } from "vitest";
import { entryOf, failed } from "../../report/report.fixture.ts";
import { reportOf } from "../../report/sample-report.fixture.ts";
import { compareNights } from "./changes.ts";
import { addNight, keptNights, nightBefore, parseHistory, renderHistory } from "./history.ts";
import { issuesOf, renderNightSummary } from "./night-summary.ts";
import { type EntryResult, entryResult, type Night } from "./night.ts";

const pass = { ...entryOf("kv.moves", { kind: "pass" }), traced: true };
const fails = entryOf("kv.moves", failed);
const point = { ...fails, id: "kv.moves.crash-001", role: "crash-point", level: "extended" } as const;

describe("entryResult", () => {
  it("is the report's verdict, and the worst of each scenario", () => {
    expect(entryResult([reportOf([pass])])).toEqual({
      verdict: "conformant",
      scenarios: { "egress-moves": "pass" },
    });
    expect(entryResult([reportOf([pass, fails])])).toEqual({
      verdict: "not-conformant",
      scenarios: { "egress-moves": "fail" },
    });
  });

  it("tells crash points by themselves, and mutants not at all", () => {
    const mutant = { ...fails, level: "power" } as const;
    expect(entryResult([reportOf([pass, point, mutant])])).toEqual({
      verdict: "conformant",
      scenarios: { "egress-moves": "pass", "egress-moves, crash points": "fail" },
    });
  });

  it("puts shards together: one that has crash points alone is judged with the others", () => {
    expect(entryResult([reportOf([point])]).verdict).toBe("undetermined");
    expect(entryResult([reportOf([pass]), reportOf([point])]).verdict).toBe("conformant");
    expect(entryResult([reportOf([pass]), reportOf([fails])]).verdict).toBe("not-conformant");
  });

  it("never takes a missing report for a pass", () => {
    expect(entryResult([undefined])).toEqual({ verdict: "no-report", scenarios: {} });
    expect(entryResult([reportOf([pass]), undefined]).verdict).toBe("no-report");
    expect(entryResult([undefined, reportOf([fails])]).verdict).toBe("not-conformant");
    expect(entryResult([{ ...reportOf([pass]), interrupted: true }]).verdict).toBe("undetermined");
  });
});

const good: EntryResult = { verdict: "conformant", scenarios: { a: "pass", "a, crash points": "pass" } };
const night = (date: string, entries: Night["entries"]): Night => ({ night: date, entries });
const compare = (before: EntryResult, now: EntryResult) =>
  compareNights(night("2026-11-21", { x: before }), night("2026-11-22", { x: now }));

describe("compareNights", () => {
  it("is silent where nothing has changed, and about entries that only one night has", () => {
    expect(compare(good, good)).toEqual([]);
    expect(compareNights(night("2026-11-21", { y: good }), night("2026-11-22", { x: good }))).toEqual([]);
  });

  it("alarms for the verdict, and for a scenario that fails or fails no more", () => {
    const bad: EntryResult = {
      verdict: "not-conformant",
      scenarios: { a: "fail", "a, crash points": "pass" },
    };
    const there = compare(good, bad);
    expect(there[0]?.alarming).toEqual([
      { of: "verdict", before: "conformant", now: "not-conformant" },
      { of: "a", before: "pass", now: "fail" },
    ]);
    expect(compare(bad, good)[0]?.alarming).toHaveLength(2);
  });

  it("alarms for a crash point that fails while the entry stays conformant", () => {
    const now: EntryResult = { ...good, scenarios: { ...good.scenarios, "a, crash points": "fail" } };
    expect(compare(good, now)[0]?.alarming).toEqual([{ of: "a, crash points", before: "pass", now: "fail" }]);
  });

  it("only tells what could not be shown", () => {
    const now: EntryResult = {
      ...good,
      scenarios: { ...good.scenarios, "a, crash points": "not-exercised" },
    };
    expect(compare(good, now)).toEqual([
      {
        entry: "x",
        alarming: [],
        minor: [{ of: "a, crash points", before: "pass", now: "not-exercised" }],
      },
    ]);
  });

  it("alarms once for a night that left no report", () => {
    const bad: EntryResult = { verdict: "not-conformant", scenarios: { a: "fail" } };
    expect(compare(bad, { verdict: "no-report", scenarios: {} })).toEqual([
      { entry: "x", alarming: [{ of: "verdict", before: "not-conformant", now: "no-report" }], minor: [] },
    ]);
  });
});

describe("the history", () => {
  const [first, second] = [night("2026-11-20", { x: good }), night("2026-11-21", { x: good })];

  it("is read as it was written", () => {
    expect(parseHistory(renderHistory([first, second]))).toEqual([first, second]);
    expect(parseHistory("")).toEqual([]);
  });

  it("is not taken for empty where it cannot be read", () => {
    for (const broken of [
      '{"night":"2026-11-21"',
      '{"night":"2026-11-21"}',
      '{"night":"today","entries":{}}',
    ])
      expect(() => parseHistory(`${renderHistory([first])}${broken}\n`)).toThrow("line 2 of the history");
  });

  it("has a night once, in order, and forgets the oldest", () => {
    const again = night("2026-11-20", {});
    expect(addNight([first, second], again)).toEqual([again, second]);
    const many = Array.from({ length: keptNights }, (_, at) =>
      night(new Date(Date.UTC(2025, 0, 1 + at)).toISOString().slice(0, 10), {}),
    );
    const kept = addNight(many, second);
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([keptNights, many[1], second]);
  });

  it("compares a night that is run again with the one before it", () => {
    expect(nightBefore([first, second], "2026-11-21")).toBe(first);
    expect(nightBefore([first, second], "2026-11-25")).toBe(second);
    expect(nightBefore([first], "2026-11-20")).toBeUndefined();
  });
});

describe("what is told of a night", () => {
  const before = night("2026-11-21", { "a|b, p": good, quiet: good });
  const now: Night = {
    night: "2026-11-22",
    commit: "0123456789abcdef",
    url: "https://example.org/run/1",
    entries: {
      "a|b, p": {
        verdict: "not-conformant",
        scenarios: { moves: "fail", a: "pass", "a, crash points": "pass" },
      },
      quiet: { ...good, scenarios: { ...good.scenarios, a: "error" } },
    },
  };
  const changes = compareNights(before, now);

  it("is a table of all entries, and what has changed", () => {
    expect(renderNightSummary(now, before, changes)).toMatchInlineSnapshot(`
      "## Nightly [2026-11-22](https://example.org/run/1), commit 0123456789ab

      | entry | verdict | before | scenarios |
      | --- | --- | --- | --- |
      | a\\|b, p | not-conformant | conformant | 1 fail, 2 pass |
      | quiet | conformant | conformant | 1 error, 1 pass |

      Changed since 2026-11-21:

      ### a\\|b, p

      |  | before | now |
      | --- | --- | --- |
      | verdict | conformant | not-conformant |
      | moves | not run | fail |

      ### quiet

      |  | before | now |
      | --- | --- | --- |
      | a | pass | error |"
    `);
  });

  it("says that there was no earlier night, or that nothing has changed", () => {
    expect(renderNightSummary(now, undefined, [])).toContain("There is no earlier night");
    expect(renderNightSummary(now, before, [])).toContain("Every verdict is that of 2026-11-21");
  });

  it("becomes an issue only for what somebody must look at", () => {
    const issues = issuesOf(now, before, changes);
    expect(issues.map(({ title }) => title)).toEqual(["Nightly: a|b, p"]);
    expect(issues[0]?.body).toMatchInlineSnapshot(`
      "Verdicts of \`a|b, p\` on [2026-11-22](https://example.org/run/1), commit 0123456789ab are others than on 2026-11-21.

      |  | before | now |
      | --- | --- | --- |
      | verdict | conformant | not-conformant |
      | moves | not run | fail |

      The reports, and the evidence of every attempt, are artifacts of the two runs. Each attempt in \`conformance-report.yaml\` names the command that shows it again."
    `);
  });

  it("stays below what GitHub takes", () => {
    const scenarios = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, at) => [`scenario-${at}`, "fail"] as const),
    );
    const broken = night("2026-11-22", { quiet: { verdict: "not-conformant", scenarios } });
    const [issue] = issuesOf(broken, before, compareNights(before, broken));
    expect(issue?.body.length).toBeGreaterThan(50_000);
    expect(issue?.body.length).toBeLessThanOrEqual(60_000);
    expect(issue?.body).toContain("the rest is in the report");
  });
});
