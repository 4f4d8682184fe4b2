import { copyFile, mkdir, readdir, realpath } from "node:fs/promises";
import { basename, join } from "node:path";
import { HarnessError } from "../../errors/harness-error.ts";
import { findProgram, withSystemFolders } from "../../machine/host-tools.js";
import { run } from "../../process/run.ts";

/** What the harness runs in an engine's pod; a vendor's image has none of it. */
const names = ["sh", "env", "strace"] as const;
type PodTool = (typeof names)[number];

/** Where the pod sees the folder of the harness. */
export const podFolder = "/run/leakproof";

/** The names of what `givePodTools` copies. */
const folderName = "tools";
const loaderName = "loader";
const librariesName = "lib";

/** Reads a few files. */
const lddMs = 10_000;

/** How a tool of the harness's is started in a pod: by its own loader, with its own libraries, whatever the image has. */
export function podTool(name: PodTool): readonly string[] {
  const folder = `${podFolder}/${folderName}`;
  return [`${folder}/${loaderName}`, "--library-path", `${folder}/${librariesName}`, `${folder}/${name}`];
}

/** Files that a program of this machine is loaded with; the loader is the one without a name of its own. */
export function parseLdd(output: string): {
  readonly loader: string | undefined;
  readonly libraries: readonly string[];
} {
  const lines = output.split("\n");
  const libraries = lines.flatMap((line) => /=> (\/\S+) \(0x/.exec(line)?.[1] ?? []);
  const loader = lines.flatMap((line) => /^\s*(\/\S+) \(0x/.exec(line)?.[1] ?? [])[0];
  return { loader, libraries };
}

/**
 * Copies the tools of the harness, with all that they are loaded with, to where pods see them; once.
 *
 * @param folder - host path of the folder that pods have at `podFolder`
 * @throws {HarnessError} `machine/tool-missing`
 */
export async function givePodTools(folder: string): Promise<void> {
  const target = join(folder, folderName);
  const libraries = join(target, librariesName);
  await mkdir(libraries, { recursive: true });
  const there = await readdir(target);
  for (const name of names) {
    if (there.includes(name)) continue;
    const path = findProgram(name, withSystemFolders(process.env["PATH"]));
    if (path === undefined)
      throw new HarnessError(
        "machine/tool-missing",
        `${name} is not installed, which engines' pods are given.\nFix: sudo apt-get install -y ${name}.`,
      );
    const { stdout } = await run(["ldd", path], { timeoutMs: lddMs });
    const needed = parseLdd(stdout);
    if (needed.loader === undefined)
      throw new HarnessError(
        "machine/tool-missing",
        `ldd does not tell the loader of ${path}.\nSaw: ${stdout.trim().slice(-300)}\nFix: install the distribution's own ${name}.`,
      );
    await copyFile(await realpath(needed.loader), join(target, loaderName));
    for (const library of needed.libraries)
      await copyFile(await realpath(library), join(libraries, basename(library)));
    await copyFile(await realpath(path), join(target, name));
  }
}
