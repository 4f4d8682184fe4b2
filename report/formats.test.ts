import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { validate } from "ctrf";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { validateXML } from "xmllint-wasm";
import { renderCtrf } from "./ctrf.ts";
import { renderJunit } from "./junit.ts";
import { renderMetrics } from "./metrics.ts";
import { entryOf, failed, finding } from "./report.fixture.ts";
import { reportOf, withoutFigures } from "./sample-report.fixture.ts";
import type { KnownReport } from "./schema.ts";
import { maxSummaryBytes, renderSummaryFile } from "./summary-text.ts";
import { without } from "./verify/data.ts";

const nasty = 'a "quoted" | <b>&amp;\\ `code` ```\n]]> \u0007 é 漢 $HOME';
const error = {
  kind: "error",
  cause: { code: "wait/timed-out", message: nasty },
  findings: [finding],
} as const;

/** Every verdict, a mutant, crash points, and texts that somebody's log had. */
const report: KnownReport = {
  ...reportOf([
    ...reportOf().results,
    { ...entryOf("kv.deleted", error), id: "kv.deleted.r2" },
    { ...entryOf("kv.moves", { kind: "fail", findings: [{ ...finding, why: nasty }] }), id: "kv.moves.r2" },
    { ...entryOf("kv.moves", failed), id: "power.mutant", level: "power" },
  ]),
  halfLife: [
    {
      engine: nasty,
      scenario: "s",
      faults: false,
      count: 2,
      never: 1,
      medianMs: 500,
      p90Ms: 900,
      maxMs: 900,
    },
  ],
  availability: [
    {
      engine: nasty,
      from: "node",
      connection: "new",
      attempts: 2,
      looks: 9,
      missed: 1,
      setAside: 0,
      outages: 1,
      maxOutageMs: 800,
      p50Ms: 5,
      p99Ms: 70,
    },
    {
      engine: nasty,
      from: "control",
      connection: "kept",
      attempts: 2,
      looks: 9,
      missed: 0,
      setAside: 0,
      outages: 0,
      maxOutageMs: 0,
      p50Ms: 5,
      p99Ms: 5,
    },
  ],
  bystanders: [
    {
      engine: nasty,
      attempts: 2,
      looks: 9,
      families: [{ family: "ipset", planted: 4, lost: 1 }],
      packets: 6,
      packetsMissed: 0,
    },
  ],
  residue: { attempts: 2, checks: 2, left: [{ attempt: "kv.moves", what: nasty }] },
  oracleSensitivity: [
    {
      engine: nasty,
      family: "ipset",
      written: true,
      recordings: 1,
      oracles: [{ oracle: "residue", planted: 3, caught: 2 }],
      missed: [{ oracle: "residue", what: nasty }],
    },
  ],
};

const read = (name: string): Promise<string> => readFile(new URL(name, import.meta.url), "utf8");
const jsonSchema = async (name: string) => {
  const schema = JSON.parse(await read(name)) as { readonly $schema: string };
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  return ajv.compile(schema);
};

describe("conformance-report.yaml", () => {
  it("keeps to the published JSON Schema", async () => {
    const check = await jsonSchema("conformance-report.schema.json");
    expect(check(parse(stringify(report))), JSON.stringify(check.errors)).toBe(true);
    expect(check({ ...report, surprise: 1 })).toBe(false);
    expect(check({ ...report, schemaVersion: 1 })).toBe(false);
  });

  it("of schema version 2 keeps to that one's, which has no figures", async () => {
    const check = await jsonSchema("conformance-report.v2.schema.json");
    const second = { ...withoutFigures(reportOf()), schemaVersion: 2 };
    expect(check(second), JSON.stringify(check.errors)).toBe(true);
    expect(check({ ...second, residue: report.residue })).toBe(false);
  });

  it("of schema version 1 keeps to that one's", async () => {
    const check = await jsonSchema("conformance-report.v1.schema.json");
    const first = {
      ...without(
        withoutFigures(reportOf([entryOf("kv.moves", failed)])) as never as typeof report & {
          manifestDigest: string;
        },
        "manifestDigest",
      ),
      profile: without(report.profile as { spec?: string }, "spec"),
      schemaVersion: 1,
    };
    expect(check(first), JSON.stringify(check.errors)).toBe(true);
    expect(check({ ...first, manifestDigest: "a".repeat(64) })).toBe(false);
  });
});

describe("junit.xml", () => {
  const lint = async (contents: string) => {
    const schema = [{ fileName: "junit.xsd", contents: await read("junit.xsd") }];
    return validateXML({ xml: [{ fileName: "junit.xml", contents }], schema });
  };

  it("keeps to its schema", async () => {
    expect(await lint(renderJunit(report))).toMatchObject({ valid: true });
  });

  it.each([
    ["tests=", "test="],
    ["<testcase ", "<case "],
    ['time="3.000"', 'time="3 s"'],
  ])("is refused with %s made %s", async (from, to) => {
    expect(await lint(renderJunit(report).replace(from, to))).toMatchObject({ valid: false });
  });
});

describe("ctrf.json", () => {
  const document = JSON.parse(renderCtrf(report)) as {
    results: { tests: object[]; summary: Record<string, number> };
  };

  it("keeps to the format's own schema", () => {
    expect(validate(document)).toMatchObject({ valid: true });
    const [first] = document.results.tests;
    const broken = { ...document, results: { ...document.results, tests: [{ ...first, status: "fine" }] } };
    expect(validate(broken)).toMatchObject({ valid: false });
  });

  it("calls only a pass passed, and leaves mutants out", () => {
    expect(document.results.summary).toMatchObject({
      tests: 6,
      passed: 1,
      failed: 2,
      skipped: 2,
      other: 1,
      pending: 0,
    });
    const statuses = document.results.tests as readonly { status: string; rawStatus: string }[];
    expect(statuses.filter(({ status }) => status === "passed").map(({ rawStatus }) => rawStatus)).toEqual([
      "pass",
    ]);
  });
});

describe("metrics.prom", () => {
  const line = /^[a-z_]+\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(?:,(?!\}))?)*\} -?\d+(?:\.\d+)?$/;

  it("is the text format, whatever the labels hold", () => {
    const text = renderMetrics(report);
    expect(text.endsWith("\n")).toBe(true);
    const lines = text.trimEnd().split("\n");
    const samples = lines.filter((one) => !one.startsWith("#"));
    expect(samples.filter((one) => !line.test(one))).toEqual([]);
    const named = samples.map((one) => one.slice(0, one.indexOf("{")));
    for (const name of new Set(named)) {
      expect(lines.filter((one) => one.startsWith(`# TYPE ${name} `))).toHaveLength(1);
    }
    expect(new Set(samples.map((one) => one.slice(0, one.lastIndexOf("}")))).size).toBe(samples.length);
  });

  it("tells the figures of the run", () => {
    const text = renderMetrics(report);
    const samples = text.split("\n").map((one) => one.replace(/engine="(?:[^"\\]|\\.)*",/, ""));
    for (const sample of [
      'leakproof_api_looks{from="node",connection="new",state="answered"} 8',
      'leakproof_api_answer_seconds{from="node",connection="new",percentile="99"} 0.07',
      'leakproof_api_outage_max_seconds{from="node",connection="new"} 0.8',
      'leakproof_bystanders{family="ipset",state="lost"} 1',
      'leakproof_harness_residue{state="left"} 1',
      'leakproof_planted_faults{family="ipset",oracle="residue",state="caught"} 2',
    ])
      expect(samples).toContain(sample);
  });

  it("says of a report that is open what it says of one that failed", () => {
    const told = (conformant: boolean | "undetermined") =>
      renderMetrics({ ...report, engines: report.engines.map((engine) => ({ ...engine, conformant })) });
    const value = (text: string) => /^leakproof_conformant\{.*\} (\d)$/m.exec(text)?.[1];
    expect([true, false, "undetermined" as const].map((each) => value(told(each)))).toEqual(["1", "0", "0"]);
  });
});

describe("summary.md", () => {
  it("has the table, and what did not pass, folded", () => {
    const text = renderSummaryFile(report);
    expect(text).toContain("# Leakproof: NOT CONFORMANT");
    expect(text).toContain("| egress-moves | core | **FAIL** |");
    expect(text).toContain("| egress-race | extended | not exercised |");
    expect(text).toContain(`<details><summary>error: kv.deleted.r2`);
    expect(text).not.toContain("power.mutant");
  });

  it("has the figures, where the report has", () => {
    const text = renderSummaryFile({
      ...report,
      engines: report.engines.map((engine) => ({ ...engine, inferred: ["egress", "route-table"] as const })),
    } as KnownReport);
    expect(text).toMatch(/^\| .* \| node \| new \| 9 \| 1 \| 0 \| ≤ 5 ms \| ≤ 70 ms \| 800 ms \|$/m);
    expect(text).toMatch(/^\| .* \| outside of all nodes \| kept \| .* \| none \|$/m);
    expect(text).toMatch(/^\| .* \| ipset \| yes \| 3 \| 2 \| residue 1 of 3 \|$/m);
    expect(text).toContain("4 items of 1 families in 2 attempts, 1 changed or lost over 9 looks");
    expect(text).toContain("shown and not claimed: route-table");
    expect(text).toContain("the harness looked 2 times for what it left itself: kv.moves: a");
    const before = renderSummaryFile({ ...withoutFigures(reportOf()), schemaVersion: 2 });
    expect(before).not.toMatch(/API server from|bystanders|the harness looked|shown in this run/);
  });

  it("is never longer than GitHub takes, and says what it leaves out", () => {
    const many = Array.from({ length: 4_000 }, (_, index) => ({
      ...entryOf("kv.moves", failed),
      id: `kv.moves.crash-${index}`,
      role: "crash-point" as const,
    }));
    const text = renderSummaryFile(reportOf(many));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxSummaryBytes);
    expect(Buffer.byteLength(text)).toBeGreaterThan(maxSummaryBytes / 2);
    expect(text).toMatch(/\d+ more attempts are in conformance-report\.yaml\.\n$/);
  });

  it("cuts a table that is too long", () => {
    const one = entryOf("kv.moves", failed);
    const many = Array.from({ length: 20_000 }, (_, index) => ({
      ...one,
      scenario: `a-scenario-with-a-long-name-${index}`,
    }));
    const text = renderSummaryFile({ ...reportOf(), results: many });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxSummaryBytes);
  });
});
