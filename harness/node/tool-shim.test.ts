import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ToolOrder } from "../model/engine.ts";
import { type CommandResult, run } from "../process/run.ts";
import { createToolShims, readBites, renderOrder, type ToolShims } from "./tool-shim.ts";

let folder = "";
let shims: ToolShims;

/** Stands for every tool: says under which name and with what it was called, and what it read. */
const fake = `#!/bin/sh
input=
case "$*" in *'-batch -'* | *'-f -'* | *noflush*) input=$(cat) ;; esac
printf '%s\\n' "\${0##*/}|$*|$input" >> ${"$"}(dirname "$0")/../calls
echo "output of \${0##*/}"
exit 7
`;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "leakproof-shim-"));
  await mkdir(join(folder, "real"));
  await writeFile(join(folder, "multi"), fake);
  await chmod(join(folder, "multi"), 0o755);
  for (const tool of [
    "iptables",
    "iptables-nft-restore",
    "iptables-nft-save",
    "ip",
    "nft",
    "ipset",
    "conntrack",
  ])
    await symlink("../multi", join(folder, "real", tool));
  shims = createToolShims(join(folder, "tools"));
  await shims.prepare();
  // The shims that this machine would need are another matter: here, each fake tool has one.
  await rm(join(folder, "tools/bin"), { recursive: true });
  await mkdir(join(folder, "tools/bin"));
  for (const tool of [
    "iptables",
    "iptables-nft-restore",
    "iptables-nft-save",
    "ip",
    "nft",
    "ipset",
    "conntrack",
  ])
    await symlink("../shim", join(folder, "tools/bin", tool));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function call(line: string, input = ""): Promise<CommandResult> {
  const [tool = "", ...args] = line.split(" ");
  return run(["env", tool, ...args], {
    timeoutMs: 10_000,
    allowFailure: true,
    input,
    env: { PATH: `${folder}/tools/bin:${folder}/real:/usr/bin:/bin` },
  });
}

async function calls(): Promise<readonly string[]> {
  const text = await readFile(join(folder, "calls"), "utf8").catch(() => "");
  return text.split("\n").filter(Boolean);
}

const order = (act: ToolOrder["act"], rest: Partial<ToolOrder> = {}): ToolOrder => ({
  name: "test",
  tool: "*",
  first: 1,
  times: 1,
  act,
  ...rest,
});
const fail: ToolOrder["act"] = { kind: "fail", exitCode: 4, stderr: "Resource 'x' busy" };

test("without an order every call goes on to the tool, under its own name, with its input", async () => {
  const result = await call("iptables-nft-restore --noflush", "*nat");
  expect(result).toMatchObject({ exitCode: 7, stdout: "output of iptables-nft-restore\n" });
  expect(await calls()).toEqual(["iptables-nft-restore|--noflush|*nat"]);
});

test("a write fails as often as it is told to, and says so; questions do not count", async () => {
  await shims.give(order(fail, { times: 2, tool: "ip*" }));
  await call("ip -json route show table 198");
  await call("iptables-nft-save -t nat");
  await call("nft -f -");
  const failed = [await call("ip -4 -force -batch -", "route add x"), await call("iptables -t nat -A X")];
  expect(failed.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual([
    [4, "Resource 'x' busy\n"],
    [4, "Resource 'x' busy\n"],
  ]);
  expect(await call("iptables -t nat -A X")).toMatchObject({ exitCode: 7 });
  expect((await calls()).map((line) => line.split("|")[0])).toEqual([
    "ip",
    "iptables-nft-save",
    "nft",
    "iptables",
  ]);
  expect(await shims.bites("test")).toEqual(["ip -4 -force -batch -", "iptables -t nat -A X"]);
  expect(await shims.bites("other")).toEqual([]);
});

test("what was withdrawn has no effect, and what is given again goes on counting", async () => {
  await shims.give(order(fail));
  await shims.withdraw("test");
  expect(await call("iptables -A X")).toMatchObject({ exitCode: 7 });
  await shims.give(order(fail));
  await shims.give(order(fail));
  expect(await call("iptables -A X")).toMatchObject({ exitCode: 4 });
  await shims.give(order(fail));
  expect(await call("iptables -A X")).toMatchObject({ exitCode: 7 });
});

test("the third write is dropped with a false success, and no other", async () => {
  await shims.give(order({ kind: "drop" }, { first: 3 }));
  const codes: number[] = [];
  for (const input of ["1", "2", "3", "4"]) codes.push((await call("nft -f -", input)).exitCode);
  expect(codes).toEqual([7, 7, 0, 7]);
  expect(await calls()).toEqual(["nft|-f -|1", "nft|-f -|2", "nft|-f -|4"]);
});

test("a write is done twice with the same input, and answers once", async () => {
  await shims.give(order({ kind: "double" }, { first: 2 }));
  await call("nft -f -", "1");
  expect(await call("nft -f -", "2")).toMatchObject({ exitCode: 7, stdout: "output of nft\n" });
  expect(await calls()).toEqual(["nft|-f -|1", "nft|-f -|2", "nft|-f -|2"]);
});

test("two writes change their places, words and input kept", async () => {
  await shims.give(order({ kind: "swap" }));
  const first = await run(
    ["env", "iptables-nft-restore", "--noflush", "it's a 'word'", "$(x)\\n", "two\nlines"],
    {
      timeoutMs: 10_000,
      allowFailure: true,
      input: "first\n",
      env: { PATH: `${folder}/tools/bin:${folder}/real:/usr/bin:/bin` },
    },
  );
  expect(first).toMatchObject({ exitCode: 0, stdout: "" });
  expect(await calls()).toEqual([]);
  expect(await call("nft -f -", "second")).toMatchObject({ exitCode: 7, stdout: "output of nft\n" });
  expect(await calls()).toEqual([
    "nft|-f -|second",
    "iptables-nft-restore|--noflush it's a 'word' $(x)\\n two",
    "lines|first",
  ]);
});

test("writes at the same time have one number each", async () => {
  await shims.give(order(fail, { first: 2, times: 3 }));
  const results = await Promise.all(Array.from({ length: 8 }, () => call("iptables -A X")));
  expect(results.filter(({ exitCode }) => exitCode === 4)).toHaveLength(3);
});

test.each([
  ["iptables -w 5 -t nat -N KUBE-X", true],
  ["iptables -w 5 -t nat -C POSTROUTING -j X", false],
  ["iptables -S", false],
  ["iptables-nft-restore --test", false],
  ["ip route del 10.0.0.1 dev lo", true],
  ["ip -4 -o addr replace 10.0.0.1 dev lo", true],
  ["ip -n add addr show", false],
  ["ip route get 10.0.0.1", false],
  ["nft add rule ip t c accept", true],
  ["nft --check -f -", false],
  ["nft --json list chains ip", false],
  ["ipset -exist add x 10.0.0.1", true],
  ["ipset list", false],
  ["conntrack -D -s 10.0.0.1", true],
  ["conntrack -L", false],
])("%s is a write: %s", async (line, isWrite) => {
  await shims.give(order(fail));
  expect((await call(line)).exitCode).toBe(isWrite ? 4 : 7);
});

test("a link in the place of the log is not followed", async () => {
  await shims.give(order(fail));
  await writeFile(join(folder, "secret"), "test 1 fail secret\n");
  await symlink(join(folder, "secret"), join(folder, "tools/state/log"));
  expect(await shims.bites("test")).toEqual([]);
});

test("an order is read as it was given, whatever is in it", async () => {
  const word = fc.string({ unit: fc.constantFrom("a", "'", '"', "$", "`", "\\", " ", "\n", "*") });
  await fc.assert(
    fc.asyncProperty(word, async (stderr) => {
      const text = renderOrder(order({ kind: "fail", exitCode: 1, stderr }));
      const { stdout } = await run(["sh", "-c", `${text}printf '%s|' "$stderr" "$pattern" "$last"`], {
        timeoutMs: 5_000,
      });
      expect(stdout).toBe(`${stderr}|*|1|`);
    }),
    { numRuns: 25 },
  );
});

test("of the log only whole lines of the order count", () => {
  const log = "a 1 fail ip x \nab 1 fail ip y \nnoise\na x fail ip\na 2 drop nft -f - \n";
  expect(readBites(log, "a")).toEqual(["ip x", "nft -f -"]);
});
