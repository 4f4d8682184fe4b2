import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** What a file or a directory with all that is in it comes to. */
export interface Tree {
  readonly sizeBytes: number;
  /** When something in it was last written, in ms since 1970. */
  readonly writtenMs: number;
}

/** Measures a file or directory; links are not followed. What goes away meanwhile counts nothing. */
export async function measureTree(path: string): Promise<Tree> {
  const own = await lstat(path).catch(() => undefined); // Gone meanwhile.
  if (own === undefined) return { sizeBytes: 0, writtenMs: 0 };
  const names = own.isDirectory() ? await readdir(path).catch(() => []) : []; // As above.
  let [sizeBytes, writtenMs] = [own.size, own.mtimeMs];
  for (const name of names) {
    const inner = await measureTree(join(path, name));
    sizeBytes += inner.sizeBytes;
    writtenMs = Math.max(writtenMs, inner.writtenMs);
  }
  return { sizeBytes, writtenMs };
}
