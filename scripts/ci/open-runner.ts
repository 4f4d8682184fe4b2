import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { kernelProbes } from "../../harness/machine/kernel-probes.ts";
import { userNamespaceSwitches } from "../../harness/machine/namespace-check.ts";
import { run } from "../../harness/process/run.ts";

/** One thing that root can do, once, for everybody on this machine. */
export interface Opening {
  readonly argv: readonly [string, ...string[]];
  readonly why: string;
}

/** Reads a sysctl; nothing where this kernel has none of that name. */
type ReadSysctl = (name: string) => Promise<string | undefined>;

const readSysctl: ReadSysctl = async (name) => {
  const path = `/proc/sys/${name.replaceAll(".", "/")}`;
  return existsSync(path) ? (await readFile(path, "utf8")).trim() : undefined;
};

/**
 * What has to be opened on this machine: switches that forbid user namespaces, and the kernel modules that
 * nobody can load from inside of one. A module that this kernel has built in, or lacks, is asked for all the
 * same: modprobe knows.
 */
export async function openings(read: ReadSysctl = readSysctl): Promise<readonly Opening[]> {
  const modules = [...new Set(kernelProbes.flatMap((probe) => probe.modules))];
  const values = await Promise.all(userNamespaceSwitches.map(({ name }) => read(name)));
  const shut = userNamespaceSwitches.filter(({ forbids }, at) => values[at] === forbids);
  return [
    ...shut.map(({ name, allows }): Opening => {
      return { argv: ["sysctl", "-w", `${name}=${allows}`], why: "user namespaces are forbidden" };
    }),
    ...modules.map((name): Opening => ({ argv: ["modprobe", name], why: "a user namespace loads none" })),
  ];
}

/**
 * Opens it, as root or by a sudo that asks no password. What cannot be opened is printed and left: whether a
 * run needs it is said by the run, and by `npm run doctor`.
 */
export async function openRunner(): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  for (const { argv, why } of await openings()) {
    const whole: readonly [string, ...string[]] = isRoot ? argv : ["sudo", "-n", ...argv];
    try {
      const { exitCode, stderr } = await run(whole, { timeoutMs: 30_000, allowFailure: true });
      const said = exitCode === 0 ? "done" : (stderr.trim().split("\n").at(-1) ?? `exit code ${exitCode}`);
      console.log(`${argv.join(" ")}: ${said}`);
    } catch (error) {
      const [said = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
      console.log(`${argv.join(" ")} (${why}): ${said}`);
    }
  }
}
