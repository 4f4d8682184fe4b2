import { describe, expect, it } from "vitest";
import { composeReport } from "./assemble.ts";
import { describeAttempt } from "./attempt-entry.ts";
import { sumAvailability } from "./availability.ts";
import { sumBystanders, sumResidue } from "./bystanders.ts";
import { conclude } from "./conformance.ts";
import { inferFeatures } from "./features.ts";
import { entryOf, manifest, resultOf } from "./report.fixture.ts";
import { reportSchema, reportSchemaV2, type ReportedAttempt } from "./schema.ts";
import { blindSpots, isPlantedInto, sumSensitivity } from "./sensitivity.ts";
import { residueFailures } from "./verify/residue.ts";

const passed = entryOf("kv.moves", { kind: "pass" });
const label = passed.engine;

type Way = NonNullable<ReportedAttempt["availability"]>[number];

const way = (more: Partial<Way> = {}): Way => ({
  from: "node",
  connection: "new",
  looks: 10,
  missed: 0,
  setAside: 0,
  outages: 0,
  maxOutageMs: 0,
  answers: { 5: 9, 100: 1 },
  ...more,
});

const reached = (...availability: readonly Way[]): ReportedAttempt => ({ ...passed, availability });

describe("sumAvailability", () => {
  it("adds the shapes of attempts up: percentiles of all answers, and the longest outage", () => {
    const long = way({ looks: 92, missed: 2, outages: 1, maxOutageMs: 900, answers: { 5: 90 } });
    expect(sumAvailability([reached(way()), reached(long)])).toEqual([
      {
        engine: label,
        from: "node",
        connection: "new",
        attempts: 2,
        looks: 102,
        missed: 2,
        setAside: 0,
        outages: 1,
        maxOutageMs: 900,
        p50Ms: 5,
        p99Ms: 5,
      },
    ]);
    expect(sumAvailability([reached(way())])).toMatchObject([{ p50Ms: 5, p99Ms: 100 }]);
  });

  it("tells ways apart, and leaves attempts out that say nothing of an engine left alone", () => {
    const kept = way({ connection: "kept" });
    expect(sumAvailability([reached(way(), kept)])).toHaveLength(2);
    expect(sumAvailability([{ ...reached(way()), level: "power" }])).toEqual([]);
    expect(sumAvailability([{ ...reached(way()), role: "index" }])).toEqual([]);
    expect(sumAvailability([reached(way({ missed: 10, answers: {} }))])[0]).not.toHaveProperty("p50Ms");
  });
});

describe("sumBystanders", () => {
  it("adds families up, engine by engine", () => {
    const stood = (lost: number, engine = label): ReportedAttempt => ({
      ...passed,
      engine,
      bystanders: {
        looks: 3,
        families: [{ family: "ipset", planted: 2, lost }],
        packets: 4,
        packetsMissed: lost,
      },
    });
    expect(sumBystanders([stood(0), stood(1), stood(0, "other")])).toEqual([
      {
        engine: label,
        attempts: 2,
        looks: 6,
        families: [{ family: "ipset", planted: 4, lost: 1 }],
        packets: 8,
        packetsMissed: 1,
      },
      {
        engine: "other",
        attempts: 1,
        looks: 3,
        families: [{ family: "ipset", planted: 2, lost: 0 }],
        packets: 4,
        packetsMissed: 0,
      },
    ]);
  });
});

describe("the residue of the harness", () => {
  const left = { checks: 1, left: ["namespaces are left"] };

  it("is summed up with the attempt that left it", () => {
    const clean = { ...passed, residue: { checks: 2, left: [] } };
    expect(sumResidue([clean, { ...passed, residue: left }])).toEqual({
      attempts: 2,
      checks: 3,
      left: [{ attempt: "kv.moves", what: "namespaces are left" }],
    });
    expect(sumResidue([passed])).toBeUndefined();
  });

  it("agrees with the verdict", () => {
    const code = "cluster/not-emptied";
    const error = entryOf("kv.moves", { kind: "error", cause: { code, message: "x" }, findings: [] });
    expect(residueFailures({ ...passed, residue: { checks: 1, left: [] } })).toEqual([]);
    expect(residueFailures({ ...error, residue: left })).toEqual([]);
    expect(residueFailures({ ...passed, residue: left })).toHaveLength(1);
    expect(residueFailures({ ...error, residue: { checks: 1, left: [] } })).toHaveLength(1);
    expect(residueFailures({ ...error, residue: { checks: 0, left: ["x"] } })).toHaveLength(1);
  });
});

it("infers features from all attempts but those that show the oracles", () => {
  const shown = (...featuresShown: NonNullable<ReportedAttempt["featuresShown"]>): ReportedAttempt => ({
    ...passed,
    featuresShown,
  });
  expect(inferFeatures([shown("route-table"), shown("egress", "route-table")])).toEqual([
    "egress",
    "route-table",
  ]);
  expect(inferFeatures([{ ...shown("egress"), level: "power" }])).toBeUndefined();
});

type Row = NonNullable<ReportedAttempt["sensitivity"]>[number];

const row = (planted: number, caught: number, more: Partial<Row> = {}): Row => ({
  family: "ipset",
  oracle: "residue",
  planted,
  caught,
  missed: Array.from({ length: planted - caught }, () => "stays: x"),
  ...more,
});

const planted = (...sensitivity: readonly Row[]): ReportedAttempt => ({
  ...passed,
  traced: true,
  familiesWritten: ["ipset", "sysctl"],
  sensitivity,
});

describe("sumSensitivity", () => {
  it("adds up a family and an oracle, and tells families that nothing was planted into", () => {
    const both = [
      planted(row(2, 1)),
      planted(row(1, 1), row(1, 1, { oracle: "bystander", family: "route" })),
    ];
    expect(sumSensitivity(both)).toEqual([
      {
        engine: label,
        family: "ipset",
        written: true,
        recordings: 2,
        oracles: [{ oracle: "residue", planted: 3, caught: 2 }],
        missed: [{ oracle: "residue", what: "stays: x" }],
      },
      {
        engine: label,
        family: "route",
        written: false,
        recordings: 1,
        oracles: [{ oracle: "bystander", planted: 1, caught: 1 }],
        missed: [],
      },
      { engine: label, family: "sysctl", written: true, recordings: 0, oracles: [], missed: [] },
    ]);
    expect(sumSensitivity([passed])).toHaveLength(1);
    expect(sumSensitivity([{ ...planted(row(1, 1)), level: "power" }])).toEqual([]);
  });

  it("leaves conformance open where an oracle is blind for what the engine writes, and there alone", () => {
    const verdictOf = (...all: readonly ReportedAttempt[]) => {
      const { conformant, reasons, exitCode } = conclude([label], all, false);
      return [conformant, exitCode, reasons.length];
    };
    expect(verdictOf(planted(row(1, 1)))).toEqual([true, 0, 1]);
    expect(verdictOf(planted(row(2, 0)))).toEqual(["undetermined", 2, 1]);
    expect(conclude([label], [planted(row(2, 0))], false).reasons).toEqual([
      `${label}: the oracle residue sees none of 2 faults that were planted into ipset, which the engine writes.`,
    ]);
    // One that is seen, in any attempt, shows that the oracle sees there.
    expect(verdictOf(planted(row(2, 0)), planted(row(1, 1)))).toEqual([true, 0, 1]);
    expect(blindSpots([planted(row(1, 0, { family: "route", oracle: "bystander" }))])).toEqual([]);
  });

  it("is of the first round of Core without a fault: every part of a run knows which", () => {
    const entry = { id: "a.b", scenario: "b", engine: "a", level: "core", seed: 1 } as const;
    expect(isPlantedInto(entry)).toBe(true);
    expect(isPlantedInto({ ...entry, id: "a.b.r2" })).toBe(false);
    expect(isPlantedInto({ ...entry, role: "index" })).toBe(false);
    expect(isPlantedInto({ ...entry, level: "extended" })).toBe(false);
  });
});

describe("a run that began with schema version 2", () => {
  const earlier = { ...manifest, schemaVersion: 2 } as const;
  const [planning] = manifest.attempts;
  const result = resultOf("kv.moves", { kind: "pass" });

  it("stays one: its attempts have no figures, and neither has its report", () => {
    if (planning === undefined) throw new Error("the fixture has no attempts");
    const residue = { checks: 1, left: [] };
    const now = describeAttempt(manifest, planning, { ...result, residue });
    expect(now).toMatchObject({ residue, featuresShown: [], familiesWritten: ["iptables-legacy"] });
    const then = describeAttempt(earlier, planning, { ...result, residue });
    for (const field of ["availability", "residue", "featuresShown", "familiesWritten", "sensitivity"])
      expect(then).not.toHaveProperty(field);
    const options = { endedAt: new Date(0), interrupted: false };
    const report = composeReport(
      { manifest: earlier, manifestDigest: "a".repeat(64), found: [then] },
      options,
    );
    expect(report).toMatchObject({ schemaVersion: 2 });
    expect(reportSchemaV2.safeParse(report).error).toBeUndefined();
    expect(reportSchema.safeParse(report).success).toBe(false);
    expect(reportSchemaV2.safeParse({ ...report, results: [now] }).success).toBe(false);
    expect(
      reportSchemaV2.safeParse({ ...report, residue: { attempts: 0, checks: 0, left: [] } }).success,
    ).toBe(false);
  });
});

describe("a run on a cluster of the user's own", () => {
  const environment = { ...manifest.environment, provider: "existing" as const };
  const compose = (found: readonly ReportedAttempt[]) =>
    composeReport(
      { manifest: { ...manifest, environment }, manifestDigest: "a".repeat(64), found },
      { endedAt: new Date(0), interrupted: false },
    );

  it("is never conformant by what nobody traced, and says what was not looked at", () => {
    const { conformant, reasons } = compose([{ ...passed, traced: false }]);
    expect(conformant).toBe("undetermined");
    expect(reasons.join("\n")).toMatch(
      /without a trace.*On a cluster of the user's own.*were not exercised/s,
    );
  });
});
