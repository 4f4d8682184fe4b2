import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readDump, renderDumpScript } from "../../harness/state/dump.ts";
import { unaskedOfOthers } from "../../harness/state/partial-sight.ts";

const script = join(import.meta.dirname, "snapshot.sh");
const folder = mkdtempSync(join(tmpdir(), "leakproof-snapshot-"));
afterAll(() => rmSync(folder, { recursive: true }));

const answers: Readonly<Record<string, string>> = {
  nft: `echo '{"nftables": [{"metainfo": {"version": "1.0.6"}}]}'`,
  ip: "echo '[]'",
  ipset: "true",
  "iptables-legacy-save": "true",
  "ip6tables-legacy-save": "true",
  "iptables-nft-save": `printf '*nat\\n:OURS - [0:0]\\n-A OURS -j ACCEPT\\nCOMMIT\\n'`,
  "ip6tables-nft-save": "true",
};
const needed = [
  "sh",
  "cat",
  "hostname",
  "date",
  "uname",
  "mkdir",
  "chmod",
  "sed",
  "awk",
  "rm",
  "grep",
  "printf",
  "tr",
  "wc",
];

/** Runs the script with tools of ours alone: nothing of this machine is asked. */
function take(name: string, tools: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const bin = join(folder, name, "bin");
  mkdirSync(bin, { recursive: true });
  for (const tool of needed) {
    const found = ["/bin", "/usr/bin"]
      .map((path) => join(path, tool))
      .find((path) => spawnSync("test", ["-x", path]).status === 0);
    if (found !== undefined) symlinkSync(found, join(bin, tool));
  }
  for (const [tool, body] of Object.entries(tools)) {
    writeFileSync(join(bin, tool), `#!/bin/sh\n${body}\n`);
    chmodSync(join(bin, tool), 0o755);
  }
  // The dump adds the usual directories behind ours; where a tool is to be missing, they must be empty.
  const text = readFileSync(script, "utf8").replace(
    'PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"',
    'PATH="$PATH"',
  );
  const copy = join(folder, name, "snapshot.sh");
  writeFileSync(copy, text);
  const out = join(folder, name, "out");
  const result = spawnSync("sh", [copy, out, ...args], { encoding: "utf8", env: { PATH: bin } });
  return { ...result, out };
}

it("asks exactly what a look at a live node asks", () => {
  expect(readFileSync(script, "utf8")).toContain(renderDumpScript(unaskedOfOthers));
});

describe("the script for machines without Node", () => {
  it("saves a dump that can be read, for the owner alone", () => {
    const { status, stderr, stdout, out } = take("sound", answers);
    expect([status, stderr, stdout.trim()]).toEqual([0, "", out]);
    const { items, problems } = readDump(readFileSync(join(out, "dump.txt"), "utf8"), unaskedOfOthers);
    expect(problems).toEqual([]);
    expect(items.map(({ text }) => text)).toContain("-A OURS -j ACCEPT");
    expect(readFileSync(join(out, "about.txt"), "utf8")).toMatch(
      /^hostname .+\ntime \d{4}-.+Z\nkernel .+\n$/,
    );
    expect(spawnSync("stat", ["-c", "%a", out], { encoding: "utf8" }).stdout.trim()).toBe("700");
  });

  it("says which tool is missing and which failed, and saves the rest", () => {
    const { ipset: _, ...rest } = answers;
    const { status, stderr, out } = take("half", {
      ...rest,
      nft: "echo 'Operation not permitted (you must be root)' >&2; exit 1",
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^MISSING {2}ipset: .*not found/m);
    expect(stderr).toContain("FAILED   nftables: exit code 1: Operation not permitted (you must be root)");
    const { items, problems } = readDump(readFileSync(join(out, "dump.txt"), "utf8"), unaskedOfOthers);
    expect(problems.map(({ name }) => name).toSorted()).toEqual(["ipset", "nftables"]);
    expect(items.map(({ text }) => text)).toContain("-A OURS -j ACCEPT");
  });

  it("refuses arguments that it does not know", () => {
    expect(take("two", answers, "more").status).toBe(64);
    expect(spawnSync("sh", [script, "--dir"]).status).toBe(64);
  });
});
