import { mkdtemp, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { HarnessError } from "../errors/harness-error.ts";

/**
 * Whether a run can make its directory in `directory`, which need not exist yet. It is tried out, in the
 * nearest directory that exists, since access(2) says yes to root everywhere; nothing is left.
 *
 * @returns `args/out-not-writable`
 */
export async function checkOut(directory: string): Promise<HarnessError | undefined> {
  let at = resolve(directory);
  for (;;) {
    try {
      await rmdir(await mkdtemp(join(at, ".leakproof-")));
      return undefined;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // /proc answers ENOENT to every mkdir: the search goes up only from what does not exist.
      if (code === "ENOENT" && at !== dirname(at) && !(await exists(at))) at = dirname(at);
      else {
        const what = `--out "${directory}" cannot be written: ${message}.`;
        return new HarnessError(
          "args/out-not-writable",
          `${what}\nFix: give a directory that you may write to.`,
        );
      }
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    // Not there, or not to be seen: either way the directory above decides.
    return false;
  }
}
