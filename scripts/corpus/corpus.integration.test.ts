import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { codesIn, temporaryFolder } from "../conformance/command.fixture.ts";

const entry = resolve(import.meta.dirname, "../corpus.ts");

async function corpus(args: readonly string[]) {
  const env = { ...process.env, CI: "true" };
  const child = spawn(process.execPath, [entry, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const [code] = await once(child, "close");
  return { code, stdout, stderr };
}

interface Known {
  readonly id: string;
  readonly mutant?: string;
  readonly scenario: string;
  readonly finding: object;
  readonly expected: "fail" | "pass";
  readonly crash?: object;
}

async function writeFileOf(path: string, known: readonly Known[]): Promise<void> {
  const issues = known.map(({ id, mutant, ...plan }) => ({
    id,
    title: "something that a mutant gets wrong",
    links: [],
    plans: [{ ...plan, ...(mutant === undefined ? {} : { options: { mutant } }), ran: false }],
  }));
  await writeFile(path, JSON.stringify({ schemaVersion: 2, engine: "reference", issues }));
}

const bystander = {
  id: "flushes",
  scenario: "egress-service-deleted",
  finding: { oracle: "bystander" },
} as const;
const twice = {
  id: "twice",
  scenario: "egress-endpoint-moves-same-node",
  finding: { oracle: "duplicates" },
  crash: { step: "endpoint-moved", write: "NFT_MSG_NEWRULE iptables-nft-restore", heal: "same-step" },
} as const;

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
