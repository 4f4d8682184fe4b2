import { statfs } from "node:fs/promises";
import { availableParallelism, release, tmpdir } from "node:os";
import { dirname } from "node:path";
import { cacheDirectory } from "../process/cache-directory.js";
import type { CheckResult, MachineCheck } from "./check.ts";

const gibibyte = 1024 ** 3;

/** Least free space for a run's own files; a Go build of the control plane takes up to 5 GiB more, once. */
const diskNeededBytes = 1 * gibibyte;
/** etcd and kube-apiserver, an engine, the harness, and some air. */
const memoryNeededBytes = 1 * gibibyte;
/** The oldest kernel with everything that is asked of it; what it lacks by configuration the probes find. */
const oldestKernel = [5, 4] as const;

/** @param text - of uname -r: "6.1.0-18-amd64" */
export function judgeKernelVersion(text: string): CheckResult {
  const [major = 0, minor = 0] = text.split(/[.-]/).map(Number);
  const isOld = major < oldestKernel[0] || (major === oldestKernel[0] && minor < oldestKernel[1]);
  if (!isOld) return { state: "ok", seen: `Linux ${text}` };
  return {
    state: "missing",
    seen: `Linux ${text}`,
    repair: `a kernel of ${oldestKernel.join(".")} or newer`,
  };
}

/** @param bytes - free for an ordinary user */
export function judgeDisk(folder: string, bytes: number): CheckResult {
  const seen = `${(bytes / gibibyte).toFixed(1)} GiB free in ${folder}`;
  if (bytes >= diskNeededBytes) return { state: "ok", seen };
  return {
    state: "missing",
    seen,
    repair: `free ${diskNeededBytes / gibibyte} GiB there (\`go clean -cache\` often does)`,
  };
}

export function judgeMemory(bytes: number, processors: number): CheckResult {
  const seen = `${(bytes / gibibyte).toFixed(1)} GiB available, ${processors} processors`;
  if (bytes >= memoryNeededBytes) return { state: "ok", seen };
  return {
    state: "missing",
    seen,
    repair: `end other programs: ${memoryNeededBytes / gibibyte} GiB are needed`,
  };
}

/** Free bytes of the file system that holds `folder`, or where it would be made. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if (folder === dirname(folder)) throw error;
    return await freeBytes(dirname(folder));
  }
}

function diskCheck(name: string, folder: string): MachineCheck {
  return {
    name: `disk: ${name}`,
    code: "machine/disk-full",
    run: async () => judgeDisk(folder, await freeBytes(folder)),
  };
}

/** @param outFolder - where a run writes */
export function resourceChecks(outFolder: string): readonly MachineCheck[] {
  return [
    { name: "kernel", code: "machine/kernel-lacks", run: async () => judgeKernelVersion(release()) },
    { name: "memory", run: async () => judgeMemory(process.availableMemory(), availableParallelism()) },
    diskCheck("output", outFolder),
    diskCheck("cache", cacheDirectory()),
    diskCheck("temporary files", tmpdir()),
  ];
}
