import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { dirname, resolve } from "node:path";

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
 * All files of this project that programs consist of, as JavaScript: what they import, and what they name by
 * `new URL(NAME, import.meta.url)`: programs of other processes, workers, scripts. That is the one way in which a
 * module names a file that has another name when it is compiled.
 *
 * @param entries - absolute paths
 * @returns absolute path, ending in `.js` in place of `.ts` -> content; modules that only give types are not in it
 * @throws {Error} where a module leads to a file that is not there
 */
export async function collectProgram(entries: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const collect = async (path: string): Promise<void> => {
    const name = path.replace(/\.ts$/, ".js");
    if (files.has(name)) return;
    // Before the first wait: modules import each other.
    files.set(name, "");
    const source = await readFile(path, "utf8");
    if (!/\.[jt]s$/.test(path)) {
      files.set(name, source);
      return;
    }
    const { text, leadsTo } = renderModule(source);
    files.set(name, text);
    for (const each of leadsTo) await collect(resolve(dirname(path), each));
  };
  for (const entry of entries) await collect(entry);
  return files;
}
