import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { collectProgram } from "../../program/collect-program.ts";
import { packagesFolder } from "../../program/places.ts";

/** This project. */
const checkout = resolve(import.meta.dirname, "../../..");
const entry = fileURLToPath(new URL("inside.ts", import.meta.url));

/**
 * Writes the program of guests, with all of this project that it uses, as JavaScript: where QEMU emulates the
 * processor, what takes the types away costs more than all the rest of its start.
 *
 * @param directory - made here
 * @returns the path of the file to start, relative to `directory`
 */
export async function writeProgram(directory: string): Promise<string> {
  for (const [path, content] of await collectProgram([entry])) {
    const target = join(directory, relative(checkout, path));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
  }
  await writeFile(join(directory, "package.json"), '{"type":"module"}\n');
  await symlink(packagesFolder(), join(directory, "node_modules"));
  return relative(checkout, entry).replace(/\.ts$/, ".js");
}
