import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codesIn, temporaryFolder } from "../conformance/command.fixture.ts";
import { bystander, corpus, writeFileOf } from "./corpus.fixture.ts";

test("a mutant that fails is as expected; the sound engine, of which the same is expected, is a mismatch: 1", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "known.yaml");
  await writeFileOf(file, [
    { ...bystander, mutant: "foreign-rules-flushed", expected: "fail" },
    { ...bystander, id: "sound", expected: "fail" },
  ]);
  const out = join(folder.path, "out");
  const { code, stdout, stderr } = await corpus(["--file", file, "--seed", "7", "--out", out]);
  expect(code, stdout + stderr).toBe(1);
  expect(stdout).toContain("expected fail, found pass\n    no finding");
  expect(stdout).toContain("1 as expected, 1 other than expected, 0 could not be told");
});

test.for([
  {
    what: "no file",
    args: (folder: string) => ["--file", join(folder, "none.yaml")],
    codes: ["args/bad-known-issues"],
  },
  { what: "no such version", args: () => ["--versions", "v9.9.9"], codes: ["args/bad-value"] },
  { what: "no such option", args: () => ["--version", "v1"], codes: ["args/unknown-option"] },
  {
    what: "no program",
    args: () => ["--engine", "kube-vip", "--issue", "vip-on-*"],
    codes: ["engine/binary-missing"],
  },
  {
    what: "a scenario that is not there",
    args: (folder: string) => ["--file", join(folder, "known.yaml")],
    codes: ["args/unknown-scenario"],
  },
])("$what: 64, and nothing is begun", async ({ args, codes }) => {
  await using folder = await temporaryFolder();
  await writeFileOf(join(folder.path, "known.yaml"), [
    { ...bystander, scenario: "egress-gone", expected: "pass" },
  ]);
  process.env["LEAKPROOF_ENGINES"] = folder.path;
  const out = join(folder.path, "out");
  const { code, stderr } = await corpus([...args(folder.path), "--out", out]);
  expect(new Set(codesIn(stderr)), stderr).toEqual(new Set(codes));
  expect(code).toBe(64);
  expect(await readdir(folder.path)).not.toContain("out");
});
