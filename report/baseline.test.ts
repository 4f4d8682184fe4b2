import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { Finding } from "../harness/model/verdict.ts";
import { compareToBaseline, findingsOf, readBaseline } from "./baseline.ts";
import { entryOf, failed, finding, manifest, markRule } from "./report.fixture.ts";
import { reportOf, withoutFigures } from "./sample-report.fixture.ts";

let directory = "";
const at = (name: string): string => join(directory, name);
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "leakproof-baseline-"));
  await writeFile(at("good.yaml"), stringify(reportOf()));
  await writeFile(at("text.yaml"), "a: [");
  await writeFile(at("other.yaml"), "kind: ConfigMap\n");
  const { manifestDigest: _, ...first } = withoutFigures(reportOf());
  const { spec: __, ...profile } = first.profile;
  await writeFile(at("older.yaml"), stringify({ ...first, profile, schemaVersion: 1 }));
  await writeFile(at("newer.yaml"), stringify({ ...reportOf(), schemaVersion: 4 }));
});
afterAll(async () => rm(directory, { recursive: true }));

/** The fixture's engine, one version later. */
const later = manifest.engines.map((engine) => ({
  ...engine,
  label: "kube-vip@v0.8.5/rt",
  version: "v0.8.5",
}));

async function compare(found: Finding, scenario = "kv.moves", engines = later) {
  const engine = engines[0]?.label ?? "";
  const entry = { ...entryOf(scenario, { kind: "fail", findings: [found] }), engine };
  const { results, summary } = compareToBaseline(await readBaseline(at("good.yaml")), engines, [entry]);
  return { known: results.flatMap(findingsOf).map((marked) => marked.known), summary };
}

describe("a finding is known", () => {
  it("whatever version, addresses and times the run has", async () => {
    const text = markRule.text.replace("10.244.0.7", "10.244.3.99");
    const again = {
      ...finding,
      item: { ...markRule, text },
      firstSeen: { step: "created", atMs: 9 },
      why: "other words",
    };
    expect(await compare(again)).toMatchObject({ known: [true], summary: { known: 1, new: 0, gone: 0 } });
  });

  it.each<[string, Partial<Finding>]>([
    ["another oracle", { oracle: "duplicates" }],
    ["another step", { step: "emptied" }],
    ["another rule", { item: { ...markRule, text: "-A POSTROUTING -j SNAT" } }],
    ["another family", { item: { ...markRule, family: "iptables-nft" } }],
  ])("not with %s", async (_what, change) => {
    expect(await compare({ ...finding, ...change })).toMatchObject({
      known: [false],
      summary: { new: 1, gone: 1 },
    });
  });

  it("not in another scenario, and what was not judged again is not gone", async () => {
    expect(await compare(finding, "kv.race")).toMatchObject({ known: [false], summary: { new: 1, gone: 0 } });
  });

  it("not of another engine or variant", async () => {
    for (const change of [{ name: "kube-router" }, { variant: "arp" }]) {
      const engines = later.map((engine) => ({ ...engine, ...change }));
      expect(await compare(finding, "kv.moves", engines)).toMatchObject({ known: [false] });
    }
  });

  it("also where the harness could not tell", async () => {
    const error = { kind: "error", cause: { code: "x", message: "x" }, findings: [finding] } as const;
    const baseline = await readBaseline(at("good.yaml"));
    const { results } = compareToBaseline(baseline, manifest.engines, [
      entryOf("kv.moves", error),
      entryOf("kv.race", failed),
    ]);
    expect(results.flatMap(findingsOf).map(({ known }) => known)).toEqual([true, false]);
  });
});

it.each(["none.yaml", "text.yaml", "other.yaml", "newer.yaml", ""])(
  "refuses %j as a baseline",
  async (name) => {
    await expect(readBaseline(at(name))).rejects.toMatchObject({
      code: "args/bad-baseline",
      message: expect.stringContaining("\nFix: ") as string,
    });
  },
);

it("reads a report of schema version 1 as it reads a new one", async () => {
  const older = await readBaseline(at("older.yaml"));
  expect(older.findings).toEqual((await readBaseline(at("good.yaml"))).findings);
  expect(older.findings.size).toBeGreaterThan(0);
});
