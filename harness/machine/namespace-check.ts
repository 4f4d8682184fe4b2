import { readFile } from "node:fs/promises";
import type { CheckResult } from "./check.ts";
import { firstLine } from "./check.ts";
import type { KernelAnswer } from "./probe-kernel.ts";

/** A switch of the kernel that forbids user namespaces to ordinary users when it has that value. */
interface Switch {
  readonly name: string;
  readonly forbids: string;
  readonly allows: string;
}

/** Every switch that is known to forbid them. */
export const userNamespaceSwitches: readonly Switch[] = [
  // Ubuntu from 23.10 on.
  { name: "kernel.apparmor_restrict_unprivileged_userns", forbids: "1", allows: "0" },
  // Debian's own, and hardened kernels.
  { name: "kernel.unprivileged_userns_clone", forbids: "0", allows: "1" },
  { name: "user.max_user_namespaces", forbids: "0", allows: "15000" },
];

/** Reads a sysctl; `undefined` where this kernel has none of that name. */
export type ReadSysctl = (name: string) => Promise<string | undefined>;

const readSysctl: ReadSysctl = async (name) => {
  try {
    return (await readFile(`/proc/sys/${name.replaceAll(".", "/")}`, "utf8")).trim();
  } catch {
    // This kernel does not have it.
    return undefined;
  }
};

/** Whether a run can enter its private namespaces, and if not, which switch stands in the way. */
export async function judgeNamespaces(
  answer: KernelAnswer,
  read: ReadSysctl = readSysctl,
): Promise<CheckResult> {
  if (answer.kind === "entered") return { state: "ok", seen: "private namespaces can be entered" };
  const seen = firstLine(answer.seen);
  for (const { name, forbids, allows } of userNamespaceSwitches) {
    if ((await read(name)) !== forbids) continue;
    return {
      state: "missing",
      seen: `${seen}; ${name} = ${forbids}`,
      repair: `sudo sysctl -w ${name}=${allows}   (or: sudo npm run conformance -- --as-root, which keeps root)`,
    };
  }
  return {
    state: "missing",
    seen,
    repair:
      "sudo npm run conformance -- --as-root   (in a container: start it with --privileged, or with " +
      "--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined --cap-add SYS_ADMIN)",
  };
}
