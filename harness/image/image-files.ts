import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { HarnessError } from "../errors/harness-error.ts";
import { readTar } from "./read-tar.ts";

/** The files of an image archive or of a directory of one, by their names in it. */
export interface ImageFiles {
  has(name: string): boolean;
  /** Host path. @throws {HarnessError} `engine/image-unreadable` where there is none */
  path(name: string): string;
}

/** That what was given is no image, for a caller to throw. */
export function unreadable(source: string, why: string, cause?: unknown): HarnessError {
  return new HarnessError(
    "engine/image-unreadable",
    `${source}: ${why}\nFix: give an archive as \`docker save\` or \`skopeo copy ... oci-archive:FILE\` writes it.`,
    { cause },
  );
}

function filesOf(source: string, paths: ReadonlyMap<string, string>): ImageFiles {
  return {
    has: (name) => paths.has(name),
    path(name) {
      const found = paths.get(name);
      if (found === undefined) throw unreadable(source, `it names "${name}", and does not have it.`);
      return found;
    },
  };
}

async function isGzip(path: string): Promise<boolean> {
  await using file = await open(path, "r");
  const magic = Buffer.alloc(2);
  await file.read(magic, 0, 2, 0);
  return magic.equals(Buffer.from([0x1f, 0x8b]));
}

/** @throws {HarnessError} `engine/image-climbs-out` */
function checkedName(source: string, name: string): string {
  const plain = posix.normalize(name).replace(/\/$/, "");
  if (!plain.startsWith("/") && plain !== ".." && !plain.startsWith("../")) return plain;
  throw new HarnessError(
    "engine/image-climbs-out",
    `${source} has an entry called "${name}", which leads out of its directory; nothing of it is used.\nFix: get the archive from where you have it again, and see who made it.`,
  );
}

/**
 * Takes the files out of an image archive. No name in it becomes a path of this machine: each file gets a
 * number for its name.
 *
 * @param directory - for the files; must be there
 * @throws {HarnessError} `engine/image-unreadable`, `engine/image-climbs-out`
 */
export async function openArchive(path: string, directory: string): Promise<ImageFiles> {
  const paths = new Map<string, string>();
  const links: (readonly [name: string, target: string])[] = [];
  await mkdir(directory, { recursive: true });
  try {
    const isPacked = await isGzip(path);
    const raw = createReadStream(path);
    const source = isPacked ? raw.pipe(createGunzip()) : raw;
    raw.on("error", (error) => source.destroy(error));
    for await (const entry of readTar(source)) {
      const name = checkedName(path, entry.name);
      // `docker save` of old links a layer that is there twice.
      if (entry.kind === "symlink")
        links.push([name, checkedName(path, posix.join(posix.dirname(name), entry.linkName))]);
      if (entry.kind !== "file") continue;
      const target = join(directory, String(paths.size));
      await pipeline(Readable.from(entry.content()), createWriteStream(target, { flags: "wx" }));
      paths.set(name, target);
    }
  } catch (thrown) {
    if (thrown instanceof HarnessError) throw thrown;
    throw unreadable(path, `${thrown instanceof Error ? thrown.message : String(thrown)}.`, thrown);
  }
  for (const [name, target] of links) {
    const found = paths.get(target);
    if (found !== undefined) paths.set(name, found);
  }
  return filesOf(path, paths);
}

/** SHA-256 of a stream, hex. */
async function digestOf(source: Readable): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of source) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/**
 * Holds a file against the digest that something else gives for it.
 *
 * @param digest - `sha256:...`
 * @throws {HarnessError} `engine/digest-mismatch`, `engine/image-unreadable`
 */
export async function checkDigest(source: string, path: string, digest: string): Promise<void> {
  const wanted = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (wanted === undefined)
    throw unreadable(source, `it gives the digest "${digest}", which is none of SHA-256.`);
  const is = await digestOf(createReadStream(path));
  if (is === wanted) return;
  const { size } = await stat(path);
  throw new HarnessError(
    "engine/digest-mismatch",
    `${source} is damaged, or was changed: a part of it is not what its digest is of. Nothing of it is used.\nSaw: sha256:${is}, ${size} bytes; should be: ${digest}.\nFix: get it again.`,
  );
}
