import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Engine } from "../../harness/model/engine.ts";
import { engineOfFile } from "./from-file.ts";
import { engineOfModule } from "./module.ts";
import { engineFileError, parseEngineFile } from "./parse.ts";

/**
 * An engine from outside of the project: a YAML file (docs/adding-an-engine.md), or a TypeScript module
 * whose default export is an `Engine`.
 *
 * @param path - relative to the working directory
 * @throws {HarnessProblems} `args/bad-engine-file`, every problem at once, each with its place in the file
 */
export async function loadExternalEngine(path: string): Promise<Engine> {
  switch (extname(path)) {
    case ".yaml":
    case ".yml":
      return engineOfFile(
        parseEngineFile(await attempt(path, "cannot be read", () => readFile(path, "utf8")), path),
      );
    case ".ts": {
      const url = pathToFileURL(resolve(path)).href;
      const module = await attempt(
        path,
        "cannot be loaded",
        () => import(url) as Promise<{ default?: unknown }>,
      );
      return engineOfModule(module.default, path);
    }
    default:
      return problem(path, "is neither a .yaml nor a .ts file.");
  }
}

async function attempt<T>(path: string, failed: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    return problem(path, `${failed}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function problem(path: string, message: string): never {
  throw engineFileError(path, [{ path: "", message }]);
}
