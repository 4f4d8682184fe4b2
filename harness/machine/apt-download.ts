import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../process/run.ts";

/** A kernel is 70 MB, and mirrors may be slow. */
const downloadTimeoutMs = 600_000;

/**
 * Downloads a package of this machine's distribution by apt, which checks its signature; installs nothing.
 *
 * @param folder - empty, for the package
 * @returns path of the .deb
 * @throws {HarnessError} `node/command-failed`, `run/internal` with what apt said
 */
export async function downloadPackage(name: string, folder: string, signal?: AbortSignal): Promise<string> {
  await run(["apt-get", "download", name], {
    timeoutMs: downloadTimeoutMs,
    cwd: folder,
    ...(signal === undefined ? {} : { signal }),
  });
  const deb = (await readdir(folder)).find((file) => file.endsWith(".deb"));
  if (deb === undefined) throw new Error(`apt-get download ${name} left no package`);
  return join(folder, deb);
}
