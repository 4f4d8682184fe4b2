import { access, constants, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HarnessError } from "../../errors/harness-error.ts";

/** A setting of the host's kernel that clusters need: they share it with everything else on this machine. */
export interface SysctlReport {
  readonly name: string;
  readonly found: number;
  readonly wanted: number;
  /** What it is now: raised where that was allowed, never lowered, never put back. */
  readonly now: number;
}

/** The kernel takes exactly these; one more watch is refused. */
const wanted: readonly (readonly [string, number])[] = [
  ["fs.file-max", 500_000],
  ["fs.inotify.max_user_watches", 2_147_483_647],
  ["fs.inotify.max_user_instances", 8_192],
];

/** A cluster of one node holds about 27 inotify instances. */
const instancesPerNode = 30;

async function readNumber(path: string): Promise<number> {
  return Number((await readFile(path, "utf8")).trim());
}

/** The value afterwards. */
async function raise(path: string, found: number, value: number): Promise<number> {
  if (found >= value) return found;
  try {
    await access(path, constants.W_OK);
    await writeFile(path, String(value));
  } catch {
    // Not allowed, or the kernel's own cap is lower: what counts is what it says now.
  }
  return await readNumber(path);
}

/**
 * Raises what clusters of kind need of the host, where that is allowed.
 *
 * @param nodes - how many nodes there are to be at once, over all clusters
 * @param root - `/proc/sys`, or what a test has in its place
 * @throws {HarnessError} `kind/sysctl-low` where so many nodes cannot be, with the line that repairs it
 */
export async function raiseSysctls(nodes: number, root = "/proc/sys"): Promise<readonly SysctlReport[]> {
  const reports: SysctlReport[] = [];
  for (const [name, value] of wanted) {
    const path = join(root, ...name.split("."));
    const found = await readNumber(path);
    reports.push({ name, found, wanted: value, now: await raise(path, found, value) });
  }
  const instances = reports.find(({ name }) => name === "fs.inotify.max_user_instances");
  const needed = nodes * instancesPerNode;
  if (instances !== undefined && instances.now < needed) {
    throw new HarnessError(
      "kind/sysctl-low",
      `${nodes} nodes of kind need about ${needed} inotify instances, and this machine gives ${instances.now}.\n` +
        `Saw: ${reports.map(({ name, now }) => `${name} = ${now}`).join(", ")}\n` +
        `Fix: sudo sysctl -w ${wanted.map(([name, value]) => `${name}=${value}`).join(" ")}`,
    );
  }
  return reports;
}
