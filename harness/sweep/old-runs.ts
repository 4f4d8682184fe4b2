import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Leftover, Sweeper } from "./leftover.ts";
import { measureTree, type Tree } from "./tree.ts";
import type { IsUsed } from "./usage.ts";

/** How much of old runs is kept: so many runs, or so many bytes in all. */
export interface RunLimit {
  readonly runs?: number;
  readonly sizeBytes?: number;
}

const units: Readonly<Record<string, number>> = { M: 1e6, G: 1e9, T: 1e12 };

/** `20` is twenty runs, `10G` ten gigabytes; undefined: neither. Pure. */
export function parseRunLimit(text: string): RunLimit | undefined {
  const { count = "", unit } = /^(?<count>\d{1,6})(?<unit>[MGT])?$/.exec(text)?.groups ?? {};
  if (count === "") return undefined;
  return unit === undefined ? { runs: Number(count) } : { sizeBytes: Number(count) * (units[unit] ?? 1) };
}

/** A directory of a run, newest first in a list of them. */
export interface OldRun extends Tree {
  readonly path: string;
}

/** Those beyond the limit: from the first that does not fit, all older ones go. Pure. */
export function beyondLimit(
  runs: readonly OldRun[],
  { runs: count, sizeBytes }: RunLimit,
): readonly OldRun[] {
  let total = 0;
  const first = runs.findIndex((run, place) => {
    total += run.sizeBytes;
    return (count !== undefined && place >= count) || (sizeBytes !== undefined && total > sizeBytes);
  });
  return first === -1 ? [] : runs.slice(first);
}

/** What a run calls its directory: time, seed, and what it was. */
const runName = /^\d{8}T\d{6}Z-\d+(-[a-z]+)?(\.\d+)?$/;

/**
 * Directories of old runs beyond a limit, the oldest first; nothing that a process uses, and nothing that is no
 * run's directory. A run without a report, which `--resume` could go on with, counts like the others.
 *
 * @param out - where runs make their directories
 */
export function sweepRuns(out: string, limit: RunLimit, isUsed: IsUsed): Sweeper {
  const find = async (): Promise<readonly Leftover[]> => {
    const entries = await readdir(out).catch(() => []); // No run was ever made there.
    const names = entries.filter(
      (name) => runName.test(name) && existsSync(join(out, name, "manifest.yaml")) && !isUsed(name),
    );
    const runs = await Promise.all(
      names
        .toSorted()
        .toReversed()
        .map(async (name) => ({ path: resolve(out, name), ...(await measureTree(join(out, name))) })),
    );
    return beyondLimit(runs, limit)
      .toReversed()
      .map(({ path, sizeBytes }) => ({
        what: path,
        why: "an old run, beyond what is kept",
        sizeBytes,
        remove: () => rm(path, { recursive: true, force: true }),
      }));
  };
  return { name: "old runs", find };
}
