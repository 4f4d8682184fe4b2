import { readFile } from "node:fs/promises";
import { describe, expect, expectTypeOf, it } from "vitest";
import { parse, stringify } from "yaml";
import type { EngineProfile, KeptItem } from "../harness/model/engine.ts";
import type { Limits } from "../harness/model/plan.ts";
import type { StateItem } from "../harness/model/state.ts";
import type { Finding } from "../harness/model/verdict.ts";
import type { ReportedFinding } from "./finding-schema.ts";
import { reportJsonSchema } from "./json-schema.ts";
import type { ManifestEngine, RunManifest } from "./manifest-schema.ts";
import { entryOf, failed, finding, manifest, markRule } from "./report.fixture.ts";
import { reportOf } from "./sample-report.fixture.ts";
import { type ConformanceReport, reportSchema } from "./schema.ts";

const error = {
  kind: "error",
  cause: { code: "wait/timed-out", message: "x" },
  findings: [finding],
} as const;
const baseline = { path: "r.yaml", runId: "r1", known: 1, new: 0, gone: 2 };

const way = {
  from: "pod",
  connection: "kept",
  looks: 2,
  missed: 1,
  setAside: 0,
  outages: 1,
  maxOutageMs: 900,
} as const;
const stood = {
  looks: 1,
  families: [{ family: "ipset", planted: 2, lost: 0 }],
  packets: 1,
  packetsMissed: 0,
} as const;
const seen = { oracle: "residue", planted: 2, caught: 1 } as const;

/** A report that has every optional part. */
const full: ConformanceReport = {
  ...reportOf([
    ...reportOf().results,
    entryOf("kv.deleted", error),
    {
      ...entryOf("kv.race", failed),
      kernels: [{ node: "n1", name: "Linux 6.1.0", kind: "host", iptables: "nf_tables" }],
      availability: [{ ...way, answers: { 5: 1 } }],
      bystanders: stood,
      residue: { checks: 1, left: ["x"] },
      featuresShown: ["egress"],
      familiesWritten: ["ipset"],
      sensitivity: [{ ...seen, family: "ipset", missed: ["stays: x"] }],
    },
  ]),
  baseline,
  environment: { ...manifest.environment, kernelFeatures: { ip_vs: false } },
  availability: [{ ...way, engine: "x", attempts: 1, p50Ms: 5, p99Ms: 5 }],
  bystanders: [{ ...stood, engine: "x", attempts: 1 }],
  residue: { attempts: 1, checks: 1, left: [{ attempt: "kv.race", what: "x" }] },
  oracleSensitivity: [
    {
      engine: "x",
      family: "ipset",
      written: true,
      recordings: 1,
      oracles: [seen],
      missed: [{ oracle: "residue", what: "x" }],
    },
  ],
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const asJson = (): Json => JSON.parse(JSON.stringify(full)) as Json;

/** Parts whose keys are the user's: any key is sound there. */
const openParts = ["options", "tools", "answers", "kernelFeatures"];

/** Every object of the report, by its path. */
function objectsIn(value: Json, path: readonly string[] = []): readonly (readonly string[])[] {
  if (value === null || typeof value !== "object") return [];
  const inner = Object.entries(value).flatMap(([key, child]) => objectsIn(child, [...path, key]));
  return Array.isArray(value) || openParts.includes(path.at(-1) ?? "") ? inner : [path, ...inner];
}

function objectAt(value: Json, path: readonly string[]): Record<string, Json> {
  const found = path.reduce<Json>((at, key) => (at as Record<string, Json>)[key] ?? null, value);
  return found as Record<string, Json>;
}

describe("the report's schema", () => {
  it("takes a whole report, also after a way through YAML", () => {
    expect(reportSchema.parse(full)).toEqual(full);
    expect(reportSchema.parse(parse(stringify(full, { lineWidth: 0 })))).toEqual(full);
  });

  it.each(objectsIn(asJson()).map((path) => [path.join("."), path] as const))(
    "refuses an unknown field in /%s",
    (_name, path) => {
      const report = asJson();
      objectAt(report, path)["surprise"] = 1;
      expect(reportSchema.safeParse(report).success).toBe(false);
    },
  );

  it.each([
    ["schemaVersion", 4],
    ["manifestDigest", "abc"],
    ["kind", "Report"],
    ["conformant", "yes"],
    ["conformant", null],
    ["results", {}],
    ["interrupted", undefined],
  ])("refuses %s: %j", (field, value) => {
    expect(reportSchema.safeParse({ ...full, [field]: value }).success).toBe(false);
  });

  it("refuses a failure without findings, and a foreign oracle or verdict", () => {
    const withVerdict = (verdict: unknown) => ({ ...full, results: [{ ...full.results[0], verdict }] });
    expect(reportSchema.safeParse(withVerdict({ kind: "fail", findings: [finding] })).success).toBe(true);
    expect(reportSchema.safeParse(withVerdict({ kind: "fail", findings: [] })).success).toBe(false);
    expect(
      reportSchema.safeParse(withVerdict({ kind: "fail", findings: [{ ...finding, oracle: "x" }] })).success,
    ).toBe(false);
    expect(reportSchema.safeParse(withVerdict({ kind: "skipped" })).success).toBe(false);
  });

  it("knows every field of the model: what is added there must be added here", () => {
    expectTypeOf<Exclude<keyof Finding, keyof ReportedFinding>>().toBeNever();
    expectTypeOf<Exclude<keyof StateItem, keyof NonNullable<ReportedFinding["item"]>>>().toBeNever();
    expectTypeOf<Exclude<keyof EngineProfile, keyof ManifestEngine>>().toBeNever();
    expectTypeOf<Exclude<keyof KeptItem, keyof ManifestEngine["keeps"][number]>>().toBeNever();
    expectTypeOf<Exclude<keyof Limits, keyof RunManifest["limits"]>>().toBeNever();
    expect(Object.keys(markRule)).toHaveLength(6);
  });
});

/**
 * After a change of the schema:
 * node -e 'import("./report/json-schema.ts").then((m) => console.log(JSON.stringify(m.reportJsonSchema())))' \
 *   > report/conformance-report.schema.json && biome format --write report
 */
it("is committed as JSON Schema", async () => {
  const path = new URL("conformance-report.schema.json", import.meta.url);
  const committed: unknown = JSON.parse(await readFile(path, "utf8"));
  expect(committed).toEqual(JSON.parse(JSON.stringify(reportJsonSchema())));
});
