import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeEngineFiles } from "./engine-files.ts";

let folder = "";
let home = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "leakproof-engine-files-"));
  home = join(folder, "home");
  await mkdir(home);
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

test("files are the engine's alone, and written again for its next life; its scratch stays", async () => {
  await writeFile(join(home, "scratch"), "mine");
  for (const token of ["first", "second"])
    await writeEngineFiles(home, { token, ".kube/config": `${token} config` });
  expect(await readFile(join(home, "token"), "utf8")).toBe("second");
  expect(await readFile(join(home, ".kube/config"), "utf8")).toBe("second config");
  expect(await readFile(join(home, "scratch"), "utf8")).toBe("mine");
  expect((await stat(join(home, "token"))).mode & 0o777).toBe(0o600);
});

test("links that an engine left are not followed", async () => {
  const outside = join(folder, "outside");
  await mkdir(outside);
  await writeFile(join(outside, "file"), "the user's");
  await symlink(join(outside, "file"), join(home, "token"));
  await symlink(outside, join(home, ".kube"));
  await writeEngineFiles(home, { token: "secret", ".kube/config": "config" });
  expect(await readFile(join(outside, "file"), "utf8")).toBe("the user's");
  expect(await readdir(outside)).toEqual(["file"]);
  expect(await readFile(join(home, ".kube/config"), "utf8")).toBe("config");
});
