import { mkdir, mkdtempDisposable, utimes, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { beyondLimit, parseRunLimit, sweepRuns } from "./old-runs.ts";
import { sweepScratch } from "./scratch.ts";
import { lookForUse } from "./usage.ts";

const hour = 3_600_000;
const now = Date.parse("2026-11-22T12:00:00Z");

/** A directory with a file in it, both last written so long ago. */
async function make(path: string, agoMs: number, file = "file"): Promise<string> {
  await mkdir(path, { recursive: true });
  await writeFile(join(path, file), "content");
  const time = new Date(now - agoMs);
  await utimes(join(path, file), time, time);
  await utimes(path, time, time);
  return path;
}

describe("scratch directories and half made entries of the cache", () => {
  test("those that nobody uses and wrote to are found and go; all else stays", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "leakproof-sweep-"));
    const [temporary, cache] = [join(folder.path, "tmp"), join(folder.path, "cache")];
    const left = [
      await make(join(cache, "control-plane/tmp/etcd-a1B2c3"), 9 * hour),
      await make(join(cache, "node/tmp"), 9 * hour),
      await make(join(temporary, "leakproof-gate-NtKjR6"), 2 * hour),
    ];
    const kept = [
      await make(join(temporary, "leakproof-used-NtKjR6"), 2 * hour),
      await make(join(temporary, "leakproof-young-NtKjR6"), 0.5 * hour),
      await make(join(temporary, "leakproof-page-cache"), 2 * hour),
      await make(join(temporary, "leakproof-snapshot-node1-20261122T101112Z"), 2 * hour),
      await make(join(temporary, "another-NtKjR6"), 2 * hour),
      await make(join(cache, "control-plane/build/etcd"), 9 * hour),
      await make(join(cache, "node/v24.21.0-x64"), 9 * hour),
    ];
    // Somebody writes into a file of a directory that itself is old.
    const young = new Date(now - 1_000);
    const written = await make(join(temporary, "leakproof-written-NtKjR6"), 2 * hour);
    await utimes(join(written, "file"), young, young);
    const isUsed = (path: string): boolean => path.includes("used");
    const found = await sweepScratch({ temporary, cache, idleMs: hour, isUsed, now }).find();
    expect(found.map(({ what }) => what)).toEqual(left.toSorted());
    expect(found[0]).toMatchObject({ why: expect.stringContaining("last written 9 h ago") });
    for (const leftover of found) await leftover.remove();
    for (const leftover of found) await leftover.remove();
    expect(left.filter((path) => existsSync(path))).toEqual([]);
    expect([...kept, written].filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe("old runs", () => {
  const run = (path: string, sizeBytes: number) => ({ path, sizeBytes, writtenMs: 0 });
  const runs = [run("newest", 5), run("middle", 5), run("oldest", 1)];

  test.each([
    ["3", []],
    ["1", ["middle", "oldest"]],
    ["0", ["newest", "middle", "oldest"]],
  ])("%s of three are kept", (text, gone) => {
    expect(beyondLimit(runs, parseRunLimit(text) ?? {}).map(({ path }) => path)).toEqual(gone);
  });

  test("by size: from the first that does not fit", () => {
    expect(beyondLimit(runs, { sizeBytes: 9 }).map(({ path }) => path)).toEqual(["middle", "oldest"]);
    expect(beyondLimit(runs, { sizeBytes: 11 })).toEqual([]);
    expect(parseRunLimit("10G")).toEqual({ sizeBytes: 10_000_000_000 });
  });

  test.each(["", "-1", "x", "1.5G", "10 G", "all"])("%j is no limit", (text) => {
    expect(parseRunLimit(text)).toBeUndefined();
  });

  test("a live run, and what is no run, stay whatever the limit", async () => {
    await using out = await mkdtempDisposable(join(tmpdir(), "leakproof-sweep-"));
    const add = (name: string, file = "manifest.yaml") => make(join(out.path, name), hour, file);
    const old = [await add("20261120T101112Z-7"), await add("20261121T101112Z-7-power.2")];
    await add("20261122T101112Z-9");
    await add("notes");
    await add("20261119T101112Z-7", "something-else");
    const isUsed = (name: string): boolean => name.endsWith("-9");
    const found = await sweepRuns(out.path, { runs: 0 }, isUsed).find();
    expect(found.map(({ what }) => basename(what))).toEqual(old.map((path) => basename(path)));
    expect(await sweepRuns(join(out.path, "none"), { runs: 0 }, isUsed).find()).toEqual([]);
  });
});

describe("use of a path", () => {
  async function fakeProcess(folder: string, pid: number, parent: number, cmdline: string): Promise<void> {
    await mkdir(join(folder, String(pid)), { recursive: true });
    await writeFile(join(folder, String(pid), "stat"), `${pid} (a (b) c) S ${parent} 1 1`);
    await writeFile(join(folder, String(pid), "cmdline"), cmdline);
  }

  test("another process that names it, not we and who started us", async () => {
    await using proc = await mkdtempDisposable(join(tmpdir(), "leakproof-sweep-"));
    await fakeProcess(proc.path, 10, 1, "npm\0run\0sweep\0--out\0/a/own");
    await fakeProcess(proc.path, 11, 10, "node\0sweep.ts\0/a/own");
    await fakeProcess(proc.path, 12, 1, "node\0/a/other");
    const isUsed = await lookForUse(proc.path, 11);
    expect(isUsed("/a/other")).toBe(true);
    expect(isUsed("/a/own")).toBe(false);
  });

  test("this machine's processes are seen", async () => {
    const isUsed = await lookForUse("/proc", 1);
    expect(isUsed(process.execPath)).toBe(true);
    expect(isUsed("/no/such/path/anywhere/x1y2z3")).toBe(false);
  }, 60_000); // A busy machine has many processes, and little time.
});
