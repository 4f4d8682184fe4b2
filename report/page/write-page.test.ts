import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failed, manifest, resultOf } from "../report.fixture.ts";
import { openReport } from "../store.ts";
import type { AttemptData, PageData } from "./model/page-data.ts";
import { partOf } from "./page.fixture.ts";
import { pageTemplate } from "./template.ts";
import { writePage } from "./write-page.ts";

/** Loading Vite takes long where others are at work, in ms. */
const building = 120_000;

let folder = "";
const directory = (): string => join(folder, "run");
const cache = (): string => join(folder, "cache");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "leakproof-page-"));
  const store = await openReport({ directory: directory(), manifest, secrets: () => [] });
  await store.append(resultOf("kv.moves", failed));
  await store.append(resultOf("kv.deleted", { kind: "pass" }));
  await store.finish({ interrupted: true });
  await pageTemplate(cache());
}, building);
afterAll(() => rm(folder, { recursive: true }));

const read = async (budgetMs?: number): Promise<string> =>
  readFile(
    await writePage(directory(), { cache: cache(), ...(budgetMs === undefined ? {} : { budgetMs }) }),
    "utf8",
  );

test("a run's directory gets a page with its findings and time machines, also of a run that was interrupted", async () => {
  const html = await read();
  const page = partOf(html, "report") as PageData;
  expect(page.report.interrupted).toBe(true);
  expect(page.findings.map(({ finding }) => finding.oracle)).toEqual(["retired-identity"]);
  const machine = partOf(html, "attempt-0") as AttemptData;
  expect(machine.nodes).toEqual(["n1", "n2"]);
  expect(partOf(html, "attempt-1")).toBeDefined();
  expect(page.attempts.map(({ leftOut }) => leftOut)).toEqual([undefined, undefined, "none", "none"]);
  expect((await readdir(directory())).filter((name) => name.endsWith(".partial"))).toEqual([]);
});

test("where there is no time left, time machines are left out, and the page says so", async () => {
  const html = await read(-1);
  const page = partOf(html, "report") as PageData;
  expect(page.attempts.slice(0, 2).map(({ leftOut }) => leftOut)).toEqual(["time", "time"]);
  expect(page.findings).toHaveLength(1);
  expect(partOf(html, "attempt-0")).toBeUndefined();
});

test("an attempt that cannot be read is told, and takes nothing else away", async () => {
  const path = join(directory(), "attempts/kv.deleted/recording.jsonl");
  const text = await readFile(path, "utf8");
  await writeFile(path, "{");
  const page = partOf(await read(), "report") as PageData;
  expect(page.attempts.map(({ leftOut }) => leftOut)).toEqual([undefined, "unreadable", "none", "none"]);
  await writeFile(path, text);
});

test("a directory without a report is none of a run", async () => {
  await expect(writePage(folder, { cache: cache() })).rejects.toMatchObject({ code: "args/bad-run" });
});

test("the page's program is built once, and again where what was kept is damaged", {
  timeout: building,
}, async () => {
  const own = join(folder, "own-cache");
  const template = await pageTemplate(own);
  const [name = ""] = await readdir(own);
  await writeFile(join(own, name), JSON.stringify({ script: "kept", style: "" }));
  expect((await pageTemplate(own)).script).toBe("kept");
  await writeFile(join(own, name), '{"script": "cut of');
  expect(await pageTemplate(own)).toEqual(template);
  expect(template.script).not.toMatch(/<\/script|<!--/i);
});

test("a cache that cannot be written costs nothing but time", { timeout: building }, async () => {
  await writeFile(join(folder, "file"), "");
  expect((await pageTemplate(join(folder, "file", "below"))).style).toContain("body");
});
