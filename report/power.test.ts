import { describe, expect, it } from "vitest";
import type { Finding, Verdict } from "../harness/model/verdict.ts";
import { conclude, countVerdicts } from "./conformance.ts";
import { renderJunit } from "./junit.ts";
import { detectionPower } from "./power.ts";
import { entryOf, failed, finding, manifest } from "./report.fixture.ts";
import { reportOf } from "./sample-report.fixture.ts";
import type { ReportedAttempt } from "./schema.ts";
import { renderReport, renderSummary } from "./table.ts";

const [engine] = manifest.engines;
if (engine === undefined) throw new Error("the fixture has an engine");
const reference = { ...engine, name: "reference", label: "reference/default", options: {} };
const upstream = "https://example.org/1";

function mutant(name: string, verdict: Verdict, more: Partial<ReportedAttempt> = {}): ReportedAttempt {
  const entry = entryOf("kv.moves", verdict);
  const of = { name, upstream, oracle: "retired-identity" } as const;
  return { ...entry, id: `power.${name}`, level: "power", engine: reference.label, mutant: of, ...more };
}

const by = (...oracles: readonly Finding["oracle"][]): Verdict => {
  const [first = finding, ...rest] = oracles.map((oracle) => ({ ...finding, oracle }));
  return { kind: "fail", findings: [first, ...rest] };
};

const sound = (verdict: Verdict): ReportedAttempt => ({
  ...entryOf("kv.moves", verdict),
  engine: reference.label,
});

describe("detectionPower", () => {
  it("says of every mutant who caught it, and what would be missed without whom", () => {
    const power = detectionPower(
      [reference],
      [
        mutant("alone", failed),
        mutant("twice", by("retired-identity", "traffic")),
        mutant("others", by("residue")),
        mutant("missed", { kind: "pass" }),
        sound({ kind: "pass" }),
      ],
    );
    expect(power?.mutants.map(({ name, caught, by: who, verdict }) => [name, caught, who, verdict])).toEqual([
      ["alone", true, ["retired-identity"], "fail"],
      ["twice", true, ["retired-identity", "traffic"], "fail"],
      ["others", false, ["residue"], "fail"],
      ["missed", false, [], "pass"],
    ]);
    expect(power?.ablation.filter(({ missed }) => missed.length > 0)).toEqual([
      { oracle: "retired-identity", missed: ["alone"] },
      { oracle: "residue", missed: ["others"] },
    ]);
    expect(power?.silent).toEqual({ attempts: 1, findings: 0, observed: 0 });
  });

  it("takes all attempts of a mutant together, but for the one that they are judged against", () => {
    const power = detectionPower(
      [],
      [
        mutant("m", by("traffic"), { role: "index" }),
        mutant("m", { kind: "pass" }, { role: "crash-point" }),
        mutant("m", failed, { role: "crash-point" }),
        mutant("n", { kind: "pass" }, { role: "index" }),
      ],
    );
    expect(power?.mutants).toMatchObject([
      { name: "m", caught: true, by: ["retired-identity"], verdict: "fail" },
      { name: "n", caught: false, by: [], verdict: "not-exercised" },
    ]);
  });

  it("counts as silent what was judged of the sound engine, and only that", () => {
    const observed = { ...finding, level: "observed" } as const;
    const attempts = [
      mutant("m", failed),
      sound({ kind: "pass", findings: [observed] }),
      sound(failed),
      sound({ kind: "not-exercised", reason: "interrupted", detail: "x" }),
      { ...sound(failed), engine: "kube-vip@v0.8.4/rt" },
      { ...sound(failed), role: "crash-point" as const },
      { ...sound({ kind: "pass" }), level: "power" as const },
    ];
    expect(detectionPower([reference, engine], attempts)?.silent).toEqual({
      attempts: 3,
      findings: 1,
      observed: 1,
    });
    const broken = { ...reference, options: { mutant: "x" } };
    expect(detectionPower([broken], attempts)?.silent).toEqual({ attempts: 1, findings: 0, observed: 0 });
  });

  it("is absent where no mutant was run", () => {
    expect(detectionPower([reference], [sound({ kind: "pass" })])).toBeUndefined();
  });
});

describe("what mutants do decides nothing", () => {
  const results = [
    entryOf("kv.moves", { kind: "pass" }),
    mutant("caught", failed),
    mutant("broken", { kind: "error", cause: { code: "x/y", message: "[x/y] no" }, findings: [] }),
    mutant("missed", { kind: "pass" }),
  ];
  const power = detectionPower(manifest.engines, results);

  it("about the engines, the exit code and JUnit", () => {
    expect(conclude(["kube-vip@v0.8.4/rt"], results, false)).toMatchObject({ conformant: true, exitCode: 0 });
    expect(countVerdicts(results)).toMatchObject({
      core: { pass: 1, fail: 0 },
      power: { fail: 1, error: 1 },
    });
    expect(renderJunit(reportOf(results))).not.toContain('failures="1"');
  });

  it("is told in the summary, by name where one got away", () => {
    const report = { ...reportOf(results), ...(power === undefined ? {} : { detectionPower: power }) };
    const text = renderSummary(report);
    expect(text).toContain(
      "detection power: 1 of 3 mutants caught by the oracle meant for them; silent in 0 attempts",
    );
    expect(text).toContain("missed in egress-moves: not caught by retired-identity (pass)");
    const whole = renderReport(report);
    expect(whole).not.toContain("FAIL (1)");
    expect(whole).toContain("ERROR  power.broken");
  });
});
