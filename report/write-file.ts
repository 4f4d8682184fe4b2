import { rename, writeFile } from "node:fs/promises";
import { HarnessError } from "../harness/errors/harness-error.ts";

/**
 * Runs a write to the run's directory.
 *
 * @throws {HarnessError} `machine/disk-full` where the disk is, `run/internal` for any other reason
 */
export async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT") {
      const fix = "free some space, or give another --out; what was judged before is kept.";
      throw new HarnessError("machine/disk-full", `${path} cannot be written: ${message}.\nFix: ${fix}`, {
        cause,
      });
    }
    throw new HarnessError("run/internal", `${path} cannot be written: ${message}.`, { cause });
  }
}

/** Writes a file so that a reader, at any time, sees all of it or none. Errors as `writing`. */
export async function writeWhole(path: string, content: string): Promise<void> {
  await writing(path, async () => {
    const partial = `${path}.partial`;
    await writeFile(partial, content);
    await rename(partial, path);
  });
}
