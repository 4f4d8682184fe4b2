import { glob, lstat, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Leftover, Sweeper } from "./leftover.ts";
import { measureTree } from "./tree.ts";
import type { IsUsed } from "./usage.ts";

export interface ScratchPlaces {
  /** Where programs and tests make scratch directories. */
  readonly temporary: string;
  readonly cache: string;
  /** What was written to since is taken for alive, in ms. */
  readonly idleMs: number;
  readonly isUsed: IsUsed;
  readonly now: number;
}

/** What mkdtemp makes of `leakproof-gate-`. */
const scratchName = /^leakproof-[a-z-]+-[A-Za-z0-9]{6}$/;

/** Half made entries of the cache; whole ones appear under another name. */
const halfMade = ["tools/tmp-*", "node/tmp", "control-plane/tmp/*", "guest-kernel/tmp-*"];

/** Whether the path is this user's to remove: that of root is everybody's. */
async function isOurs(path: string): Promise<boolean> {
  const user = process.getuid?.();
  const found = await lstat(path).catch(() => undefined); // Gone meanwhile.
  return found !== undefined && (user === 0 || found.uid === user);
}

function hours(ms: number): string {
  return ms < 2 * 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

/**
 * Scratch directories and half made entries of the cache, whose makers were killed before they could remove them:
 * no process names them, stands in them or has a file of theirs open, and for a while nobody wrote to them.
 */
export function sweepScratch({ temporary, cache, idleMs, isUsed, now }: ScratchPlaces): Sweeper {
  const judge = async (path: string): Promise<readonly Leftover[]> => {
    if (isUsed(path) || !(await isOurs(path))) return [];
    const { sizeBytes, writtenMs } = await measureTree(path);
    if (now - writtenMs < idleMs) return [];
    const why = `no process uses it, last written ${hours(now - writtenMs)} ago`;
    return [{ what: path, why, sizeBytes, remove: () => rm(path, { recursive: true, force: true }) }];
  };
  return {
    name: "scratch directories",
    find: async () => {
      const scratch = (await Array.fromAsync(glob("leakproof-*", { cwd: temporary }))).filter((name) =>
        scratchName.test(name),
      );
      const half = await Array.fromAsync(glob(halfMade, { cwd: cache }));
      const paths = [
        ...scratch.map((name) => join(temporary, name)),
        ...half.map((name) => join(cache, name)),
      ];
      return (await Promise.all(paths.toSorted().map(judge))).flat();
    },
  };
}
