import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { sha256 } from "./canonical.ts";

/** The file with the digests of an attempt's evidence, as `sha256sum --check` reads it. */
export const sumsFile = "SHA256SUMS";

/** Files that the sums cannot name: they are written after them. */
const notSummed: ReadonlySet<string> = new Set([sumsFile, "verdict.json"]);

/** The files of an attempt that its sums are of: paths relative to its directory, in order. */
export function evidenceFiles(directory: string): readonly string[] {
  // At once: it has a dozen files.
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((path) => !notSummed.has(path))
    .toSorted();
}

/** The content of `SHA256SUMS` for these digests. */
export function renderSums(digests: ReadonlyMap<string, string>): string {
  return [...digests]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, digest]) => `${digest}  ${path}\n`)
    .join("");
}

/**
 * Writes the sums of all that lies in an attempt's directory.
 *
 * @returns the SHA-256 of the sums themselves
 */
export async function writeSums(directory: string): Promise<string> {
  const paths = evidenceFiles(directory);
  const digests = await Promise.all(
    paths.map(async (path) => [path, sha256(await readFile(join(directory, path)))] as const),
  );
  const text = renderSums(new Map(digests));
  await writeFile(join(directory, sumsFile), text);
  return sha256(text);
}
