import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { cacheDirectory } from "../process/cache-directory.js";

/** Root of this project: of the checkout, or of what was compiled of it in the published package. */
const projectRoot: string = resolve(import.meta.dirname, "../..");

const below = "/node_modules/";

/** Whether this is the published package, which npm has put among others. Pure. */
function isPackage(root: string): boolean {
  return `${root}/`.includes(below);
}

/** The folder of the npm packages that a project uses: its own, or the one that it lies in itself. Pure. */
export function packagesFolder(root: string = projectRoot): string {
  if (!isPackage(root)) return join(root, "node_modules");
  return root.slice(0, root.lastIndexOf(below) + below.length - 1);
}

/**
 * The path below which all files of a project lie that its programs are read from, its npm packages among them.
 * A package's packages can lie in any folder up to the outermost one. Pure.
 */
export function projectPath(root: string = projectRoot): string {
  return isPackage(root) ? root.slice(0, root.indexOf(below) + below.length - 1) : root;
}

/** What engines see of the homes of this machine: this project, Node, and tools that were unpacked into the cache. */
export function readableByEngines(): readonly string[] {
  return [projectPath(), process.execPath, join(cacheDirectory(), "tools")].filter((path) =>
    existsSync(path),
  );
}
