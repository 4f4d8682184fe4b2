import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Writes the files of an engine into its home, before it is started, readable by nobody else.
 *
 * The home is the engine's own: an earlier life may have left links in it that lead anywhere. Whatever
 * stands where a file begins is taken away first, and never followed.
 *
 * @param files - path relative to `home` -> content
 */
export async function writeEngineFiles(home: string, files: Readonly<Record<string, string>>): Promise<void> {
  const tops = new Set(Object.keys(files).map((path) => path.split("/")[0] ?? path));
  for (const top of tops) await rm(join(home, top), { recursive: true, force: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), content, { mode: 0o600, flag: "wx" });
  }
}
