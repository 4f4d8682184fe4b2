import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding, FindingLevel, OracleName } from "../model/verdict.ts";
import { ablationOf, detectionsOf, type MutantTrial } from "./power.ts";

function finding(oracle: OracleName, level: FindingLevel = "core"): Finding {
  return { oracle, level, why: "test", step: "one" };
}

const leak: MutantTrial = {
  mutant: "leak",
  oracle: "retired-identity",
  findings: [finding("retired-identity"), finding("retired-identity"), finding("residue")],
};
const slow: MutantTrial = {
  mutant: "slow",
  oracle: "healed-late",
  findings: [finding("healed-late", "observed")],
};
const missed: MutantTrial = {
  mutant: "missed",
  oracle: "intent",
  findings: [finding("traffic", "observed")],
};

describe("detection power", () => {
  it("tells by whom a mutant was seen, each oracle once", () => {
    expect(detectionsOf([leak])).toEqual([
      { mutant: "leak", meantFor: "retired-identity", isCaught: true, by: ["retired-identity", "residue"] },
    ]);
  });

  it("counts what only tells where it is meant to, and nowhere else", () => {
    expect(detectionsOf([slow, missed]).map(({ isCaught, by }) => [isCaught, by])).toEqual([
      [true, ["healed-late"]],
      [false, []],
    ]);
  });

  it("is not caught by an oracle that is not meant for it, however red it is", () => {
    const other: MutantTrial = { mutant: "other", oracle: "intent", findings: [finding("traffic")] };
    expect(detectionsOf([other])).toMatchObject([{ isCaught: false, by: ["traffic"] }]);
  });
});

describe("ablation", () => {
  it("tells which mutants nobody sees without an oracle, and which somebody else still sees", () => {
    expect(
      ablationOf([leak, slow, missed], ["retired-identity", "residue", "healed-late", "intent"]),
    ).toEqual([
      { without: "retired-identity", unseen: [], seenByOthers: ["leak"] },
      { without: "residue", unseen: [], seenByOthers: [] },
      { without: "healed-late", unseen: ["slow"], seenByOthers: [] },
      { without: "intent", unseen: [], seenByOthers: [] },
    ]);
  });

  const names: readonly OracleName[] = ["intent", "traffic", "residue"];
  const trial = fc.record({
    mutant: fc.string(),
    oracle: fc.constantFrom(...names),
    findings: fc.array(fc.constantFrom(...names).map((oracle) => finding(oracle))),
  });

  it("always has a mutant in at most one row as unseen: it takes one oracle to see it", () => {
    fc.assert(
      fc.property(fc.uniqueArray(trial, { selector: ({ mutant }) => mutant }), (trials) => {
        const unseen = ablationOf(trials, names).flatMap((row) => row.unseen);
        expect(new Set(unseen).size).toBe(unseen.length);
        const lonely = detectionsOf(trials).filter(({ by }) => by.length === 1);
        expect(unseen.toSorted()).toEqual(lonely.map(({ mutant }) => mutant).toSorted());
      }),
    );
  });
});
