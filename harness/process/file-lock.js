// Plain JavaScript: the set-up needs it before Node 24 and the npm packages are there.
import { spawn } from "node:child_process";
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** How often a taken lock is tried again, in ms. */
const retryMs = 200;

/** Part of util-linux, like `unshare`. */
const flockProgram = "flock";

/**
 * Tries flock(2) on an open file. The lock belongs to the open file, which `flock` shares with us, so it
 * stays when `flock` ends and goes when our descriptor is closed.
 *
 * @param {number} descriptor
 * @returns {Promise<boolean>} false where somebody else holds it
 */
function tryLock(descriptor) {
  return new Promise((resolve, reject) => {
    const flock = spawn(flockProgram, ["--exclusive", "--nonblock", "3"], {
      stdio: ["ignore", "ignore", "ignore", descriptor],
    });
    flock.once("error", reject);
    flock.once("exit", (code) => {
      if (code === 0 || code === 1) resolve(code === 0);
      else reject(new Error(`flock ended with exit code ${code}`));
    });
  });
}

/**
 * Waits until this process alone holds the lock at `path`, which the kernel takes back when this process
 * ends, by whatever signal: there is no stale lock, and nothing to take over. The file itself stays, empty.
 *
 * @param {string} path made where it is missing, its folders too
 * @param {{ onWait?: (holderPid: string) => void, signal?: AbortSignal }} [options] `onWait` is called once,
 *   when somebody else holds it
 * @returns {Promise<{ release: () => void }>} `release` may be called twice
 * @throws {unknown} the signal's reason when it is aborted; an Error where the file cannot be opened or `flock` (util-linux) is missing
 */
export async function acquireFileLock(path, options = {}) {
  mkdirSync(dirname(path), { recursive: true });
  const descriptor = openSync(path, "a+");
  let isOpen = true;
  const release = () => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  try {
    let hasWaited = false;
    while (!(await tryLock(descriptor))) {
      if (!hasWaited) options.onWait?.(readFileSync(path, "utf8").trim());
      hasWaited = true;
      await sleep(retryMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  } catch (error) {
    release();
    throw options.signal?.aborted ? options.signal.reason : error;
  }
  ftruncateSync(descriptor, 0);
  writeSync(descriptor, `${process.pid}\n`);
  return {
    release: () => {
      if (isOpen) ftruncateSync(descriptor, 0);
      release();
    },
  };
}
