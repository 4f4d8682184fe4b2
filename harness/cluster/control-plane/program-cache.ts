import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { digestOf, readProgramVersion } from "./program.ts";
import type { Program } from "./program.ts";

/** How the program came into the cache. */
export type Origin = "download" | "build";

/** What names one entry of the cache. */
export interface CacheKey {
  readonly name: string;
  readonly origin: Origin;
  readonly version: string;
  /** Distinguishes builds of one version from other modules; "published" for downloads. */
  readonly recipe: string;
}

const recordSchema = z.object({
  version: z.string(),
  sha256: z.string(),
  sizeBytes: z.number(),
  modifiedMs: z.number(),
});

function entryFolder(cacheFolder: string, key: CacheKey): string {
  const name = `${key.name}-${key.version}-${process.platform}-${process.arch}-${key.recipe}`;
  return join(cacheFolder, "control-plane", key.origin, name);
}

/**
 * The program of an entry, or `undefined` where there is none that can be trusted. A file whose size and
 * time are as recorded is taken as it is, which makes a second start fast; else its digest decides.
 */
export async function findCached(cacheFolder: string, key: CacheKey): Promise<Program | undefined> {
  const path = join(entryFolder(cacheFolder, key), key.name);
  try {
    const record = recordSchema.parse(JSON.parse(await readFile(`${path}.json`, "utf8")));
    const { size, mtimeMs } = await stat(path);
    if (size !== record.sizeBytes) return undefined;
    if (mtimeMs !== record.modifiedMs && (await digestOf(path, "sha256")) !== record.sha256) return undefined;
    return { path, version: record.version, sha256: record.sha256 };
  } catch {
    // No entry, or one that cannot be read: for the caller the same, it is made anew.
    return undefined;
  }
}

/**
 * Makes an entry: `produce` writes the program to the path that it is given, in a folder of its own that it
 * may fill. The entry appears complete or not at all. The caller holds the lock of the cache.
 * `readVersion` asks the program for its version: the proof that it runs.
 *
 * @throws {unknown} what `produce` threw, or that the program does not run or is of another version
 */
export async function storeInCache(
  cacheFolder: string,
  key: CacheKey,
  produce: (path: string) => Promise<void>,
  readVersion: (path: string) => Promise<string> = readProgramVersion,
): Promise<Program> {
  const temporary = await mkdtemp(join(await temporaryFolder(cacheFolder), `${key.name}-`));
  try {
    const entry = join(temporary, "entry");
    await mkdir(entry);
    const path = join(entry, key.name);
    await produce(path);
    const version = await readVersion(path);
    if (version !== key.version) {
      throw new Error(`${key.name} (${key.origin}) should be ${key.version} and says it is ${version}`);
    }
    const sha256 = await digestOf(path, "sha256");
    const { size, mtimeMs } = await stat(path);
    const record = { version, sha256, sizeBytes: size, modifiedMs: mtimeMs };
    await writeFile(`${path}.json`, `${JSON.stringify(record, undefined, 2)}\n`);
    const final = entryFolder(cacheFolder, key);
    await mkdir(dirname(final), { recursive: true });
    await rm(final, { recursive: true, force: true });
    await rename(entry, final);
    return { path: join(final, key.name), version, sha256 };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Removes what a killed run left half made. The caller holds the lock of the cache, so nobody uses it. */
export async function sweepTemporary(cacheFolder: string): Promise<void> {
  await rm(join(cacheFolder, "control-plane", "tmp"), { recursive: true, force: true });
}

async function temporaryFolder(cacheFolder: string): Promise<string> {
  const folder = join(cacheFolder, "control-plane", "tmp");
  await mkdir(folder, { recursive: true });
  return folder;
}
