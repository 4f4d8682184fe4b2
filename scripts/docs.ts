import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { exitCodeFor, renderProblems } from "../harness/errors/problems.ts";
import { generatedPages } from "./docs/pages.ts";

const root = join(import.meta.dirname, "..");
try {
  for (const [path, content] of await generatedPages(root)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
    console.log(path);
  }
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exitCode = exitCodeFor(error);
}
