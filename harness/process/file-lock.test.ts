import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { acquireFileLock } from "./file-lock.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "leakproof-lock-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

test("only one holds it; the next is told who, and gets it when it is released", async () => {
  const path = join(folder, "deep", "lock");
  const first = await acquireFileLock(path);
  const waitedFor: string[] = [];
  let hasSecond = false;
  const second = acquireFileLock(path, { onWait: (pid) => waitedFor.push(pid) }).then((lock) => {
    hasSecond = true;
    return lock;
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(hasSecond).toBe(false);
  expect(waitedFor).toEqual([`${process.pid}`]);
  first.release();
  first.release();
  (await second).release();
});

test("never two at a time, with eight who want it", async () => {
  const path = join(folder, "lock");
  let holders = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const lock = await acquireFileLock(path);
      holders += 1;
      most = Math.max(most, holders);
      await new Promise((resolve) => setTimeout(resolve, 20));
      holders -= 1;
      lock.release();
    }),
  );
  expect(most).toBe(1);
});

test("a holder that is killed leaves no lock behind", async () => {
  const path = join(folder, "lock");
  const url = new URL("file-lock.js", import.meta.url).href;
  const program = `
    import { acquireFileLock } from ${JSON.stringify(url)};
    await acquireFileLock(${JSON.stringify(path)});
    console.log("held");
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(holder.stdout, "data");
  const wait = acquireFileLock(path, { signal: AbortSignal.timeout(10_000) });
  holder.kill("SIGKILL");
  (await wait).release();
});

test("waiting ends at once when it is aborted", async () => {
  const path = join(folder, "lock");
  const held = await acquireFileLock(path);
  const controller = new AbortController();
  const reason = new Error("enough");
  const waiting = acquireFileLock(path, {
    signal: controller.signal,
    onWait: () => controller.abort(reason),
  });
  await expect(waiting).rejects.toBe(reason);
  held.release();
});
