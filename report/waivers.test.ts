import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findingKey } from "../harness/model/verdict.ts";
import { conclude } from "./conformance.ts";
import { entryOf, failed, finding } from "./report.fixture.ts";
import { reportOf } from "./sample-report.fixture.ts";
import { renderReport, renderSummary } from "./table.ts";
import { applyWaivers, readWaivers, type Waivers } from "./waivers.ts";

const issue = "https://example.org/issues/1";
const now = new Date("2026-09-01T23:59:00Z");
type Waiver = Waivers["list"][number];

const apply = (...list: Partial<Waiver>[]) =>
  applyWaivers(
    { path: "w.yaml", list: list.map((waiver) => ({ issue, until: "2026-09-01", ...waiver })) },
    [entryOf("kv.moves", failed), entryOf("kv.deleted", { kind: "pass" })],
    now,
  );

async function read(text: string): Promise<Waivers> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "leakproof-waivers-"));
  const path = join(folder.path, "waivers.yaml");
  await writeFile(path, text);
  return await readWaivers(path);
}

const head = "apiVersion: leakproof.dev/v1\nkind: Waivers\n";

describe("readWaivers", () => {
  it("reads findings and patterns", async () => {
    const { list } = await read(
      `${head}waivers:\n  - { finding: a|b, issue: "${issue}", until: 2027-01-31 }\n  - { scenario: egress-*, oracle: residue, item: "*-A X*", engine: "kube-vip*", issue: "${issue}", until: "2027-02-01" }\n`,
    );
    expect(list).toMatchObject([{ finding: "a|b", until: "2027-01-31" }, { scenario: "egress-*" }]);
  });

  it.each([
    ["no YAML", "a: ["],
    ["no entry", `${head}waivers: []\n`],
    ["no end", `${head}waivers:\n  - { oracle: residue, issue: "${issue}" }\n`],
    ["no day", `${head}waivers:\n  - { oracle: residue, issue: "${issue}", until: 2027-02-30 }\n`],
    ["no link", `${head}waivers:\n  - { oracle: residue, issue: soon, until: 2027-01-01 }\n`],
    ["nothing that it is about", `${head}waivers:\n  - { issue: "${issue}", until: 2027-01-01 }\n`],
    ["an engine alone", `${head}waivers:\n  - { engine: x, issue: "${issue}", until: 2027-01-01 }\n`],
    ["an unknown field", `${head}waivers:\n  - { step: x, issue: "${issue}", until: 2027-01-01 }\n`],
  ])("refuses a file with %s", async (_, text) => {
    await expect(read(text)).rejects.toMatchObject({ code: "args/bad-waivers" });
  });

  it("refuses a file that is not there", async () => {
    await expect(readWaivers("/nonexistent/w.yaml")).rejects.toThrow("/nonexistent/w.yaml");
  });
});

describe("applyWaivers", () => {
  it.each<[string, Partial<Waiver>]>([
    ["its key", { finding: findingKey("egress-moves", finding) }],
    ["its scenario", { scenario: "egress-*" }],
    ["its oracle", { oracle: "retired-identity" }],
    ["its item", { item: "*--set-xmark 0x40/0x4?" }],
    ["all of it", { engine: "kube-vip@*", scenario: "egress-moves", oracle: "retired-*", item: "*MARK*" }],
  ])("lets a finding pass by %s, to the end of the day", (_, waiver) => {
    const { results, summary } = apply(waiver);
    expect(results[0]?.verdict).toMatchObject({
      kind: "fail",
      findings: [{ waived: { issue, until: "2026-09-01" } }],
    });
    expect(summary.list).toMatchObject([{ state: "used", findings: 1 }]);
    expect(conclude(["kube-vip@v0.8.4/rt"], results, false)).toMatchObject({
      conformant: false,
      exitCode: 0,
    });
  });

  it.each<[string, Partial<Waiver>]>([
    ["another scenario", { scenario: "route-*" }],
    ["another engine", { engine: "kube-proxy*", oracle: "retired-identity" }],
    ["another item", { item: "-A KUBE-VIP-EGRESS" }],
    ["another key", { finding: "egress-moves|residue|moved|x" }],
  ])("is told where it is about %s", (_, waiver) => {
    const { results, summary } = apply(waiver);
    expect(summary.list).toMatchObject([{ state: "unmatched", findings: 0 }]);
    expect(conclude(["kube-vip@v0.8.4/rt"], results, false)).toMatchObject({
      conformant: false,
      exitCode: 1,
    });
  });

  it("lets nothing pass once it has expired, and is told", () => {
    const { results, summary } = apply({ oracle: "retired-identity", until: "2026-08-31" });
    expect(summary.list).toMatchObject([{ state: "expired", findings: 1 }]);
    expect(conclude(["kube-vip@v0.8.4/rt"], results, false).exitCode).toBe(1);
    const text = renderSummary({ ...reportOf(results), waivers: summary });
    expect(text).toContain("waivers: 0 used, 1 expired, 0 unmatched");
    expect(text).toContain(
      `waiver of oracle retired-identity (${issue}): expired on 2026-08-31, 1 findings are meant`,
    );
  });

  it("shows a waived finding as such, and never calls the run conformant", () => {
    const { results, summary } = apply({ oracle: "retired-identity" });
    const text = renderReport({ ...reportOf(results), waivers: summary });
    expect(text).toContain(`1. retired-identity (waived until 2026-09-01, ${issue}): `);
    expect(text).toContain("1 attempt of Core failed by nothing that is not waived or known.");
    expect(text).toContain("NOT CONFORMANT");
  });

  it("leaves what mutants did alone", () => {
    const mutant = { ...entryOf("kv.moves", failed), level: "power" as const };
    const list = [{ oracle: "retired-identity", issue, until: "2027-01-01" }];
    const { results, summary } = applyWaivers({ path: "w", list }, [mutant], now);
    expect(results).toEqual([mutant]);
    expect(summary.list[0]?.state).toBe("unmatched");
  });
});
