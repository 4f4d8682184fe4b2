import { cp, glob, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { run } from "../../harness/process/run.ts";
import { collectProgram } from "../../harness/program/collect-program.ts";
import { digestScript, digestSuffix } from "../../harness/run/program-file.ts";
import { buildTemplate } from "../../report/page/template.ts";
import { commandsOf, stepArgv } from "../setup/commands.js";

/** What programs read that is no part of them, as globs: everything that a module names by `new URL` comes by itself. */
const read = [
  "control-plane/go.{mod,sum}",
  "engines/*/known-issues.yaml",
  "package.json",
  "report/reproduction/*.sh",
  "scripts/audit/snapshot.sh",
  "suites/profiles/*.yaml",
];

/** The program of the reference engine, which has the same digest when it is compiled. */
const referenceEngine = "engines/reference/main.ts";

/** The programs of the commands that the package has, and its entry. */
function entriesOf(root: string): readonly string[] {
  const steps = Object.values(commandsOf(false)).flatMap(({ steps: stepsFor }) => stepsFor([]));
  return [join(root, "bin/leakproof.js"), ...steps.map((step) => stepArgv(root, "", step)[1] ?? "")];
}

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content, { mode: content.startsWith("#!") ? 0o755 : 0o644 });
}

/** The types of the engine contract, for engines of one's own in TypeScript: `leakproof/engine`. */
async function declareTypes(root: string, target: string): Promise<void> {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const project = join(import.meta.dirname, "tsconfig.json");
  await run([process.execPath, tsc, "-p", project, "--outDir", target], { timeoutMs: 300_000 });
}

/**
 * Compiles the published package: Node does not strip types of what lies in node_modules. Every file of the project
 * that a command leads to has its place, with its lines where they were; tests and fixtures are not among them.
 *
 * @param root - of the checkout
 * @param target - made anew
 * @returns how many files it has
 */
export async function compilePackage(root: string, target: string): Promise<number> {
  const half = `${target}.new`;
  await rm(half, { recursive: true, force: true });
  const files = new Map(
    [...(await collectProgram(entriesOf(root)))].map(([path, text]) => [relative(root, path), text]),
  );
  files.set("report/page/template.json", JSON.stringify(await buildTemplate()));
  files.set(
    `${referenceEngine.replace(/\.ts$/, ".js")}${digestSuffix}`,
    `${await digestScript(join(root, referenceEngine))}\n`,
  );
  for (const [path, content] of files) await write(join(half, path), content);
  const data = await Array.fromAsync(glob(read, { cwd: root }));
  for (const path of data) await cp(join(root, path), join(half, path));
  await declareTypes(root, half);
  // Whole or not at all.
  await rm(target, { recursive: true, force: true });
  await rename(half, target);
  return files.size + data.length;
}
