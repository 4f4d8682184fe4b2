import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { raiseSysctls } from "./sysctls.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "leakproof-sysctls-"));
  await mkdir(join(root, "fs", "inotify"), { recursive: true });
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

async function set(fileMax: number, watches: number, instances: number): Promise<void> {
  await writeFile(join(root, "fs", "file-max"), `${fileMax}\n`);
  await writeFile(join(root, "fs", "inotify", "max_user_watches"), `${watches}\n`);
  await writeFile(join(root, "fs", "inotify", "max_user_instances"), `${instances}\n`);
}

test("what is lower is raised, and what is higher stays", async () => {
  await set(1_000_000, 8_192, 128);
  expect(await raiseSysctls(5, root)).toEqual([
    {
      name: "fs.file-max",
      found: 1_000_000,
      wanted: 500_000,
      now: 1_000_000,
    },
    { name: "fs.inotify.max_user_watches", found: 8_192, wanted: 2_147_483_647, now: 2_147_483_647 },
    { name: "fs.inotify.max_user_instances", found: 128, wanted: 8_192, now: 8_192 },
  ]);
  expect(await readFile(join(root, "fs", "file-max"), "utf8")).toBe("1000000\n");
});

test("more nodes than there are inotify instances for is refused, with the line that repairs it", async () => {
  await set(500_000, 1, 8_192);
  await expect(raiseSysctls(274, root)).rejects.toThrow(
    /\[kind\/sysctl-low\] 274 nodes [^]*gives 8192[^]*Fix: sudo sysctl -w fs\.file-max=500000 fs\.inotify\.max_user_watches=2147483647 fs\.inotify\.max_user_instances=8192/,
  );
});
