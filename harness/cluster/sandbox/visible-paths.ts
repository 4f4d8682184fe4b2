import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Directories above `path`, from the root down, without the root itself. */
function ancestors(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path || parent === "/" ? [] : [...ancestors(parent), parent];
}

/** The topmost directory above `path` that others may not pass through. */
function blockedAt(path: string): string | undefined {
  return ancestors(path).find((directory) => (statSync(directory).mode & 0o001) === 0);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * A shell script, for root in a private mount namespace, after which every path can be reached by
 * anybody: a directory that bars the way (a home with mode 0700) is covered by an empty one in which
 * only the wanted paths are mounted, at their old names. All else in it is hidden.
 *
 * @param paths - existing files or directories, absolute
 */
export function renderVisiblePaths(paths: readonly string[]): string {
  const blocked = new Map<string, Set<string>>();
  for (const path of paths.map((each) => resolve(each))) {
    const barrier = blockedAt(path);
    if (barrier !== undefined) blocked.set(barrier, (blocked.get(barrier) ?? new Set()).add(path));
  }
  if (blocked.size === 0) return "";
  const keep = [...blocked.values()]
    .flatMap((each) => [...each])
    .map((path, index) => ({ path, at: `/run/keep/${index}` }));
  const place = (path: string, isDirectory: boolean): string =>
    isDirectory ? `mkdir -p ${quote(path)}` : `mkdir -p ${quote(dirname(path))} && : > ${quote(path)}`;
  return [
    "mount -t tmpfs -o mode=0755 tmpfs /run",
    ...keep.flatMap(({ path, at }) => [
      place(at, statSync(path).isDirectory()),
      `mount --rbind ${quote(path)} ${at}`,
    ]),
    ...[...blocked.keys()].map((barrier) => `mount -t tmpfs -o mode=0755 tmpfs ${quote(barrier)}`),
    ...keep.flatMap(({ path, at }) => [
      place(path, statSync(path).isDirectory()),
      `mount --rbind ${at} ${quote(path)}`,
    ]),
  ].join("\n");
}
