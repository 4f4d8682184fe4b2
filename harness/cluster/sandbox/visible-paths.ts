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

/** Whether anybody may read (and, as a directory or program, use) what is at `path`. */
function isOpen(path: string): boolean {
  return (statSync(path).mode & 0o005) === 0o005;
}

/**
 * A shell script, for root in a private mount namespace, after which every path can be reached by
 * anybody: a directory that bars the way (a home with mode 0700) is covered by an empty one in which
 * only the wanted paths are mounted, at their old names. All else in it is hidden. A program that only
 * root may read is covered by a copy.
 *
 * @param paths - existing files or directories, absolute
 */
export function renderVisiblePaths(paths: readonly string[]): string {
  const wanted = paths
    .map((each) => resolve(each))
    .filter((path) => blockedAt(path) !== undefined || !isOpen(path));
  if (wanted.length === 0) return "";
  const keep = [...new Set(wanted)].map((path, index) => ({
    path,
    at: `/run/keep/${index}`,
    isDirectory: statSync(path).isDirectory(),
  }));
  const barriers = new Set(wanted.map(blockedAt).filter((barrier) => barrier !== undefined));
  const place = (path: string, isDirectory: boolean): string =>
    isDirectory
      ? `mkdir -p ${quote(path)}`
      : `mkdir -p ${quote(dirname(path))} && [ -e ${quote(path)} ] || : > ${quote(path)}`;
  const hold = ({ path, at, isDirectory }: (typeof keep)[number]): string =>
    isDirectory || isOpen(path)
      ? `${place(at, isDirectory)}; mount --rbind ${quote(path)} ${at}`
      : `mkdir -p /run/keep; cp ${quote(path)} ${at}; chmod 0755 ${at}`;
  return [
    "mount -t tmpfs -o mode=0755 tmpfs /run",
    ...keep.map(hold),
    ...[...barriers].map((barrier) => `mount -t tmpfs -o mode=0755 tmpfs ${quote(barrier)}`),
    ...keep.map(
      ({ path, at, isDirectory }) => `${place(path, isDirectory)}; mount --rbind ${at} ${quote(path)}`,
    ),
  ].join("\n");
}
