import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Readable, Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { HarnessError } from "../errors/harness-error.ts";
import { applyLayer, type Unpacked } from "./apply-layer.ts";
import { openArchive, unreadable } from "./image-files.ts";
import { type Image, readImage } from "./read-image.ts";
import { scopedPath } from "./scoped-path.ts";

/** An image as a root file system on this machine, with the program that it starts. */
export interface UnpackedImage {
  /** `sha256:...`, see `Image`. */
  readonly digest: string;
  /** Host directory that is the engine's `/`. */
  readonly root: string;
  /** Absolute path of the program as the engine sees it. */
  readonly program: string;
  /** Host path of the same. */
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Directories that the harness mounts something on. */
const mountPoints = ["dev", "proc", "sys", "tmp", "run", "var/tmp"];

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** By the first bytes: archives lie about the media type of their layers. */
async function decompressed(path: string): Promise<Readable> {
  await using file = await open(path, "r");
  const magic = Buffer.alloc(4);
  await file.read(magic, 0, 4, 0);
  const raw = createReadStream(path);
  if (magic.readUInt16BE(0) === 0x1f8b) return joined(raw, createGunzip());
  if (magic.readUInt32LE(0) === 0xfd2fb528) return joined(raw, createZstdDecompress());
  return raw;
}

/** An error on either side ends both. */
function joined<T extends Transform>(source: Readable, transform: T): T {
  source.on("error", (error) => transform.destroy(error));
  transform.on("close", () => source.destroy());
  return source.pipe(transform);
}

/** Unpacks one layer, and holds what was unpacked against its digest. */
async function unpackLayer(
  source: string,
  root: string,
  { path, diffId }: Image["layers"][number],
  unpacked: Unpacked,
): Promise<void> {
  const hash = createHash("sha256");
  const hashed = joined(
    await decompressed(path),
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done(undefined, chunk);
      },
    }),
  );
  try {
    await applyLayer(root, hashed, unpacked);
  } catch (thrown) {
    if (thrown instanceof HarnessError) throw thrown;
    throw unreadable(
      source,
      `a layer cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
      thrown,
    );
  }
  const is = `sha256:${hash.digest("hex")}`;
  if (is === diffId) return;
  throw new HarnessError(
    "engine/digest-mismatch",
    `${source} is damaged, or was changed: a layer is not what its digest is of. Nothing of it is used.\nSaw: ${is}; should be: ${diffId}.\nFix: get it again.`,
  );
}

async function isFile(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined); // What is not there is no file.
  return found?.isFile() === true;
}

/** The program of an image, where it really is. @throws {HarnessError} `engine/image-unreadable` */
async function findProgram(source: string, root: string, { entrypoint, env }: Image): Promise<string> {
  const [name] = entrypoint;
  if (name === undefined) throw unreadable(source, "its configuration names no program.");
  const folders = name.includes("/") ? [""] : (env["PATH"] ?? defaultPath).split(":");
  for (const folder of folders) {
    const path = await scopedPath(root, `${folder}/${name}`, true);
    if (await isFile(path)) return path;
  }
  throw unreadable(source, `its configuration names the program "${name}", which it does not have.`);
}

/** Somebody has to be able to mount there: what else an image has in these places is taken away. */
async function makeMountPoints(root: string): Promise<void> {
  for (const name of mountPoints) {
    const path = await scopedPath(root, name, true);
    const found = await lstat(path).catch(() => undefined); // Nothing is there: it is made.
    if (found?.isDirectory() === true) continue;
    await rm(path, { force: true });
    await mkdir(path, { recursive: true });
  }
}

async function unpack(source: string, image: Image, directory: string): Promise<void> {
  const root = join(directory, "root");
  await mkdir(root, { mode: 0o755 });
  const unpacked: Unpacked = { bytes: 0, entries: 0 };
  for (const layer of image.layers) await unpackLayer(source, root, layer, unpacked);
  await makeMountPoints(root);
  const path = await findProgram(source, root, image);
  const known = { program: path.slice(root.length), env: image.env };
  await writeFile(join(directory, "image.json"), JSON.stringify(known));
}

async function fromCache(directory: string, digest: string): Promise<UnpackedImage | undefined> {
  const text = await readFile(join(directory, "image.json"), "utf8").catch(() => undefined); // It was not unpacked yet.
  if (text === undefined) return undefined;
  const { program, env } = JSON.parse(text) as Pick<UnpackedImage, "program" | "env">;
  const root = join(directory, "root");
  return { digest, root, program, path: join(root, program), env: { PATH: defaultPath, ...env } };
}

/**
 * Unpacks an image archive into the cache, unless the very same image is there already, by its digest.
 *
 * @param archive - host path, as `docker save` or `skopeo copy ... oci-archive:FILE` wrote it
 * @param cache - directory for unpacked images; made where it is not there
 * @param expected - digest that the image must have
 * @throws {HarnessError} `engine/image-unreadable`, `engine/image-no-platform`, `engine/image-climbs-out`, `engine/digest-mismatch`
 */
export async function unpackImage(archive: string, cache: string, expected?: string): Promise<UnpackedImage> {
  const source = resolve(archive);
  await mkdir(cache, { recursive: true });
  const scratch = await mkdtemp(join(cache, "unpack-"));
  try {
    const image = await readImage(source, await openArchive(source, join(scratch, "files")));
    if (expected !== undefined && expected !== image.digest)
      throw new HarnessError(
        "engine/digest-mismatch",
        `${source} is another image than the one that was asked for.\nSaw: ${image.digest}; asked for: ${expected}.\nFix: get the right one, or ask for this one.`,
      );
    const directory = join(cache, image.digest.replace(":", "-"));
    const known = await fromCache(directory, image.digest);
    if (known !== undefined) return known;
    const made = join(scratch, "image");
    await mkdir(made, { mode: 0o755 });
    await unpack(source, image, made);
    // Whoever was first has unpacked the same.
    await rename(made, directory).catch(() => undefined);
    const unpacked = await fromCache(directory, image.digest);
    if (unpacked === undefined) throw new Error(`${directory} has no image, though one was unpacked there`);
    return unpacked;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
