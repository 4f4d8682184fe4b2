import { createWriteStream } from "node:fs";
import { chmod, link, lstat, mkdir, readdir, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { HarnessError } from "../errors/harness-error.ts";
import { readTar, type TarEntry } from "./read-tar.ts";
import { scopedPath } from "./scoped-path.ts";

/** What is unpacked of one image at most, in bytes and entries: an archive may be small and hold very much. */
const maxBytes = 8 * 2 ** 30;
const maxEntries = 1_000_000;

/** How much of an image was unpacked so far. */
export interface Unpacked {
  bytes: number;
  entries: number;
}

const whiteout = ".wh.";
const opaque = ".wh..wh..opq";

function count(unpacked: Unpacked, { size }: TarEntry): void {
  unpacked.bytes += size;
  unpacked.entries += 1;
  if (unpacked.bytes > maxBytes || unpacked.entries > maxEntries)
    throw new HarnessError(
      "engine/image-unreadable",
      `the image holds more than ${maxBytes / 2 ** 30} GiB or ${maxEntries} files; unpacking was given up.\nFix: give an image of the engine alone.`,
    );
}

async function kindOf(path: string): Promise<"none" | "directory" | "other"> {
  try {
    return (await lstat(path)).isDirectory() ? "directory" : "other";
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return "none";
    throw thrown;
  }
}

/** Everybody may read, and run what somebody may run; nothing is setuid. The engine is another user here. */
function modeOf({ kind, mode }: TarEntry): number {
  return kind === "directory" || (mode & 0o111) !== 0 ? 0o755 : 0o644;
}

/** Directories that the archive did not name. What stands in the way is replaced, as in any later layer. */
async function makeParents(root: string, path: string): Promise<void> {
  const parent = dirname(path);
  if (!parent.startsWith(root) || parent === root) return;
  const found = await kindOf(parent);
  if (found === "directory") return;
  await makeParents(root, parent);
  if (found === "other") await rm(parent);
  await mkdir(parent, { mode: 0o755 });
}

/** Takes away what is in a directory and was not added by this layer itself. */
async function keepOnly(directory: string, added: ReadonlySet<string>): Promise<void> {
  for (const each of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, each.name);
    if (!added.has(path)) await rm(path, { recursive: true });
    else if (each.isDirectory()) await keepOnly(path, added);
  }
}

/** Takes away what layers before had put there, and nothing of this one, wherever in it the whiteout stands. */
async function remove(root: string, name: string, added: ReadonlySet<string>): Promise<void> {
  const directory = await scopedPath(root, dirname(name), true);
  const own = basename(name);
  if (own === opaque) {
    if ((await kindOf(directory)) === "directory") await keepOnly(directory, added);
    return;
  }
  const hidden = own.slice(whiteout.length);
  // ".wh..." would name the directory above.
  if (hidden === "" || hidden === "." || hidden === "..") return;
  const path = join(directory, hidden);
  if (!added.has(path)) await rm(path, { recursive: true, force: true });
}

async function place(root: string, entry: TarEntry, path: string): Promise<void> {
  const found = await kindOf(path);
  if (entry.kind === "directory") {
    if (found === "other") await rm(path);
    if (found !== "directory") await mkdir(path, { mode: 0o755 });
    return;
  }
  if (entry.kind === "hardlink") {
    const target = await scopedPath(root, entry.linkName);
    if ((await kindOf(target)) === "none")
      throw new HarnessError(
        "engine/image-unreadable",
        `the image links "${entry.name}" to "${entry.linkName}", which it does not have.\nFix: get the image from its vendor again.`,
      );
    if (target === path) return;
    if (found !== "none") await rm(path, { recursive: true });
    return link(target, path);
  }
  if (found !== "none") await rm(path, { recursive: true });
  // A link may lead anywhere: it is followed inside of the image alone.
  if (entry.kind === "symlink") return symlink(entry.linkName, path);
  // "wx" follows no link and opens nothing that is there.
  await pipeline(Readable.from(entry.content()), createWriteStream(path, { flags: "wx", mode: 0o600 }));
  await chmod(path, modeOf(entry));
}

/**
 * Puts a layer of an image upon those before it. Owners, devices, pipes, extended attributes and setuid are
 * left out: the engine runs as the root of a user namespace, with a /dev of its own.
 *
 * @param root - absolute directory of the root file system, which nobody else writes in
 * @param layer - the layer's tar archive, not compressed
 * @throws {HarnessError} `engine/image-climbs-out`, `engine/image-unreadable`
 * @throws {Error} where it is no archive
 */
export async function applyLayer(root: string, layer: Readable, unpacked: Unpacked): Promise<void> {
  // With the directories above: what is in here is of this layer.
  const added = new Set<string>();
  for await (const entry of readTar(layer)) {
    count(unpacked, entry);
    if (basename(entry.name).startsWith(whiteout)) {
      await remove(root, entry.name, added);
      continue;
    }
    const path = await scopedPath(root, entry.name);
    if (path === root || entry.kind === "other") continue;
    await makeParents(root, path);
    await place(root, entry, path);
    for (let each = path; each !== root && !added.has(each); each = dirname(each)) added.add(each);
  }
}
