import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join, relative, resolve } from "node:path";

/** This project, whose packages the program uses. */
const checkout = resolve(import.meta.dirname, "../../..");
const entry = join(import.meta.dirname, "inside.ts");

/** What a module leads to by a path of its own: imports, and files that stand beside it. */
const imports = /(\bfrom |\bimport |\bimport\()"(\.{1,2}\/[^"]+)"/g;
const beside = /(\bnew URL\()"([\w.-][\w./-]*)"(?=, import\.meta\.url)/g;

/** TypeScript of this project as JavaScript, with the names that its modules have then. */
export function renderModule(source: string): { readonly text: string; readonly leadsTo: readonly string[] } {
  const stripped = stripTypeScriptTypes(source);
  const leadsTo: string[] = [];
  const rename = (_: string, before: string, path: string): string => {
    leadsTo.push(path);
    return `${before}"${path.replace(/\.ts$/, ".js")}"`;
  };
  return { text: stripped.replace(imports, rename).replace(beside, rename), leadsTo };
}

/**
 * Writes the program of guests, with all of this project that it uses, as JavaScript: where QEMU emulates the
 * processor, what takes the types away costs more than all the rest of its start.
 *
 * @param directory - made here
 * @returns the path of the file to start, relative to `directory`
 */
export async function writeProgram(directory: string): Promise<string> {
  const written = new Set<string>();
  const write = async (path: string): Promise<void> => {
    if (written.has(path)) return;
    written.add(path);
    const target = join(directory, relative(checkout, path));
    await mkdir(dirname(target), { recursive: true });
    const source = await readFile(path, "utf8");
    if (!/\.[jt]s$/.test(path)) {
      await writeFile(target, source);
      return;
    }
    const { text, leadsTo } = renderModule(source);
    await writeFile(target.replace(/\.ts$/, ".js"), text);
    for (const each of leadsTo) await write(resolve(dirname(path), each));
  };
  await write(entry);
  await writeFile(join(directory, "package.json"), '{"type":"module"}\n');
  await symlink(join(checkout, "node_modules"), join(directory, "node_modules"));
  return relative(checkout, entry).replace(/\.ts$/, ".js");
}
