import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Verdict } from "../harness/model/verdict.ts";
import { conclude, countVerdicts } from "./conformance.ts";
import { entryOf, failed, finding } from "./report.fixture.ts";
import type { ReportedAttempt } from "./schema.ts";

const verdicts = {
  pass: { kind: "pass" },
  fail: failed,
  error: { kind: "error", cause: { code: "wait/timed-out", message: "x" }, findings: [] },
  "not-exercised": { kind: "not-exercised", reason: "fault", detail: "x" },
  unsupported: { kind: "unsupported", feature: "egress" },
} as const satisfies Record<Verdict["kind"], Verdict>;

type Short =
  | keyof typeof verdicts
  | `extended ${keyof typeof verdicts}`
  | `observed ${keyof typeof verdicts}`;

/** "fail" is a Core attempt that fails, "extended fail" one of Extended. */
function attemptOf(short: Short, engine = "e"): ReportedAttempt {
  const [kind = "", level = "core"] = short.split(" ").toReversed();
  const entry = entryOf("kv.moves", verdicts[kind as keyof typeof verdicts]);
  return { ...entry, engine, level: level as ReportedAttempt["level"] };
}

const of = (...shorts: Short[]) =>
  conclude(
    ["e"],
    shorts.map((short) => attemptOf(short)),
    false,
  );

describe("conclude", () => {
  it.each<[Short[], boolean | "undetermined", number]>([
    [["pass"], true, 0],
    [["pass", "unsupported"], "undetermined", 2],
    [["pass", "extended fail"], true, 0],
    [["pass", "extended not-exercised", "extended unsupported"], true, 0],
    [["pass", "extended error"], true, 2],
    [["pass", "fail"], false, 1],
    [["fail", "error"], false, 1],
    [["fail", "not-exercised"], false, 1],
    [["pass", "error"], "undetermined", 2],
    [["pass", "not-exercised"], "undetermined", 2],
    [["unsupported"], "undetermined", 2],
    [["extended pass", "observed pass"], "undetermined", 2],
    [[], "undetermined", 2],
  ])("%j: %s, exit code %i", (shorts, conformant, exitCode) => {
    expect(of(...shorts)).toMatchObject({ conformant, exitCode });
    expect(of(...shorts).reasons).not.toEqual([]);
  });

  it("ends an interrupted run with 130, and never as conformant; what failed stays failed", () => {
    expect(conclude(["e"], [attemptOf("pass")], true)).toMatchObject({
      conformant: "undetermined",
      exitCode: 130,
    });
    expect(conclude(["e"], [attemptOf("fail")], true)).toMatchObject({ conformant: false, exitCode: 130 });
  });

  it("judges every engine by itself: the worst decides, and one without a pass is open", () => {
    const mixed = conclude(["a", "b"], [attemptOf("pass", "a"), attemptOf("fail", "b")], false);
    expect([...mixed.engines]).toEqual([
      ["a", true],
      ["b", false],
    ]);
    expect(mixed).toMatchObject({ conformant: false, exitCode: 1 });
    const idle = conclude(["a", "b"], [attemptOf("pass", "a"), attemptOf("unsupported", "b")], false);
    expect(idle).toMatchObject({ conformant: "undetermined", exitCode: 2 });
    expect(idle.reasons).toContain("b: no attempt of Core was judged.");
  });

  it("never calls a run conformant that nobody traced", () => {
    for (const traced of [false, undefined]) {
      const { traced: _, ...pass } = attemptOf("pass");
      const blind: ReportedAttempt = { ...pass, ...(traced === undefined ? {} : { traced }) };
      const conclusion = conclude(["e"], [blind], false);
      expect(conclusion).toMatchObject({ conformant: "undetermined", exitCode: 2 });
      expect(conclusion.reasons).toContain(
        "1 attempt of Core passed without a trace of the engine's writes.",
      );
      expect(conclude(["e"], [blind, attemptOf("pass")], false).conformant).toBe("undetermined");
      expect(conclude(["e"], [{ ...blind, level: "extended" }, attemptOf("pass")], false)).toMatchObject({
        conformant: true,
        exitCode: 0,
      });
      expect(conclude(["e"], [blind, attemptOf("fail")], false).conformant).toBe(false);
    }
  });

  it("takes a feature that is not claimed for no news, beside a baseline", () => {
    const all = [attemptOf("pass"), attemptOf("unsupported")];
    expect(conclude(["e"], all, false, true)).toMatchObject({ conformant: "undetermined", exitCode: 0 });
  });

  it("forgives known findings in the exit code alone", () => {
    const known = { ...finding, known: true };
    const withFindings = (...findings: [typeof known, ...(typeof known)[]]): ReportedAttempt => ({
      ...attemptOf("fail"),
      verdict: { kind: "fail", findings },
    });
    expect(conclude(["e"], [withFindings(known)], false)).toMatchObject({ conformant: false, exitCode: 0 });
    expect(conclude(["e"], [withFindings(known), attemptOf("error")], false)).toMatchObject({ exitCode: 2 });
    expect(conclude(["e"], [withFindings(known, { ...finding, known: false })], false)).toMatchObject({
      exitCode: 1,
    });
    // A new figure beside a known leak is no new failure.
    const figure = { ...finding, level: "observed" as const, known: false };
    expect(conclude(["e"], [withFindings(known, figure)], false)).toMatchObject({ exitCode: 0 });
    expect(conclude(["e"], [withFindings(figure)], false)).toMatchObject({ exitCode: 1 });
  });

  it("never calls anything conformant but passes of Core", () => {
    const short = fc.constantFrom<Short>(
      ...(Object.keys(verdicts) as (keyof typeof verdicts)[]).flatMap((kind) => [
        kind,
        `extended ${kind}` as const,
      ]),
    );
    fc.assert(
      fc.property(fc.array(short), fc.boolean(), (shorts, interrupted) => {
        const { conformant, exitCode } = conclude(
          ["e"],
          shorts.map((one) => attemptOf(one)),
          interrupted,
        );
        const core = shorts.filter((one) => !one.includes(" "));
        const isClean = core.includes("pass") && core.every((one) => one === "pass");
        expect(conformant === true).toBe(isClean && !interrupted);
        expect(exitCode === 0).toBe(conformant === true && !shorts.includes("extended error"));
        expect(exitCode === 130).toBe(interrupted);
      }),
    );
  });
});

it("counts verdicts by level", () => {
  const counts = countVerdicts([
    attemptOf("pass"),
    attemptOf("pass"),
    attemptOf("fail"),
    attemptOf("extended error"),
  ]);
  expect(counts.core).toEqual({ pass: 2, fail: 1, error: 0, "not-exercised": 0, unsupported: 0 });
  expect(counts.extended.error).toBe(1);
  expect(Object.values(counts.observed).every((count) => count === 0)).toBe(true);
});
