import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkOut } from "./check-out.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "leakproof-out-"));
  await writeFile(join(directory, "file"), "");
});
afterAll(async () => rm(directory, { recursive: true }));

it("takes a directory that is there or can be made, and leaves nothing", async () => {
  expect(await checkOut(directory)).toBeUndefined();
  expect(await checkOut(join(directory, "a/b/c"))).toBeUndefined();
  expect(await readdir(directory)).toEqual(["file"]);
});

it.each(["file", "file/below"])("refuses %s", async (name) => {
  expect((await checkOut(join(directory, name)))?.code).toBe("args/out-not-writable");
});

it("refuses what even root may not write", async () => {
  const problem = await checkOut("/proc/out");
  expect(problem?.message).toMatch(/^\[args\/out-not-writable\] --out "\/proc\/out" cannot be written: /);
});
