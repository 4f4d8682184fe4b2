import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { writePageOf } from "./page.ts";

let directory = "";
let printed = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "leakproof-page-"));
  printed = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});

test("a run that has no report yet has no page, and nothing is said", async () => {
  await writePageOf(directory, true);
  expect(printed).toBe("");
  expect(await readdir(directory)).toEqual([]);
});

test("a page that cannot be made is told with the command that makes it; the run goes on", async () => {
  await writeFile(join(directory, "conformance-report.yaml"), "kind: Nothing\n");
  await writePageOf(directory, false);
  expect(printed).toContain("[args/bad-run]");
  expect(printed).toContain(`npm run page -- ${directory}`);
  expect(await readdir(directory)).toEqual(["conformance-report.yaml"]);
});
