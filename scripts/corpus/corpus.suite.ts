import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../conformance/command.fixture.ts";
import { bystander, corpus, twice, writeFileOf } from "./corpus.fixture.ts";

test("a mutant fails and the sound engine passes, by the finding that is meant, at a crash point too: 0", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "known.yaml");
  await writeFileOf(file, [
    { ...bystander, mutant: "foreign-rules-flushed", expected: "fail" },
    { ...bystander, id: "sound", expected: "pass" },
    { ...twice, mutant: "insert-then-delete", expected: "fail" },
  ]);
  const out = join(folder.path, "out");
  const { code, stdout, stderr } = await corpus(["--file", file, "--seed", "7", "--out", out]);
  expect(code, stdout + stderr).toBe(0);
  expect(stdout).toContain(
    "3 plans of 3 known issues: 3 as expected, 0 other than expected, 0 could not be told",
  );
  // Options are one for a whole run.
  const results = await Promise.all(
    (await readdir(out)).map((run) => readFile(join(out, run, "corpus.json"), "utf8")),
  );
  expect(results.map((text) => (JSON.parse(text) as object[]).length)).toEqual([1, 1, 1]);
});

test("what is expected otherwise is a mismatch; an engine that dies, and a write that is never made, tell nothing: 1", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "known.yaml");
  await writeFileOf(file, [
    { ...bystander, id: "sound", expected: "fail" },
    { ...twice, crash: { ...twice.crash, write: "no such write" }, expected: "pass" },
    { ...bystander, id: "dead", mutant: "dies-after-programming", expected: "pass" },
  ]);
  const { code, stdout, stderr } = await corpus([
    "--file",
    file,
    "--seed",
    "7",
    "--out",
    join(folder.path, "out"),
  ]);
  expect(code, stdout + stderr).toBe(1);
  expect(stdout).toContain("expected fail, found pass\n    no finding");
  expect(stdout).toContain("expected pass, found could not tell\n    it was not reached");
  expect(stdout).toContain("expected pass, found could not tell\n    the engine did not live");
  expect(stdout).toContain("1 other than expected, 2 could not be told");
});
