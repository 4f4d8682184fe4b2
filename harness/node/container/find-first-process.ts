import { readdir, readFile, readlink } from "node:fs/promises";

interface Wanted {
  /** A process of the node: the one that is looked for has the same network. */
  readonly nodePid: number;
  /** A part of a word of its command line. */
  readonly word: string;
  /** Uid of its pod: one that was deleted may still be about to end. */
  readonly pod: string;
}

/** The host's number of a process that is the first in its own process namespace, as the programs of containers are. */
async function isFirst(pid: string): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const numbers = /^NSpid:\s*(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
  return numbers.length > 1 && numbers.at(-1) === "1";
}

/**
 * Whether a process is one of a pod, by its control groups, which carry the pod's uid; as a part of a slice of
 * systemd's its dashes are underscores.
 *
 * @param cgroups - what /proc/PID/cgroup says
 */
export function isOfPod(cgroups: string, uid: string): boolean {
  return cgroups.includes(`pod${uid}`) || cgroups.includes(`pod${uid.replaceAll("-", "_")}`);
}

/**
 * The first process of a pod's container in the network of a node, by a word of its command line.
 *
 * @returns its process id on this machine; undefined where there is none
 */
export async function findFirstProcess({ nodePid, word, pod }: Wanted): Promise<number | undefined> {
  const network = await readlink(`/proc/${nodePid}/ns/net`);
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const words = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
      if (!words.some((one) => one.includes(word))) continue;
      if ((await readlink(`/proc/${pid}/ns/net`)) !== network || !(await isFirst(pid))) continue;
      if (isOfPod(await readFile(`/proc/${pid}/cgroup`, "utf8"), pod)) return Number(pid);
    } catch {
      // It has ended while we looked.
    }
  }
  return undefined;
}
