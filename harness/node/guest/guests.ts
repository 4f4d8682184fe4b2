import { accessSync, constants } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../process/run.ts";
import { writeInitramfs } from "./initramfs.ts";
import type { GuestKernel } from "./kernel.ts";
import { writeProgram } from "./program.ts";
import { type Accelerator, renderQemu } from "./qemu.ts";

/** What all guests of a run have in common. */
export interface Guests {
  readonly kernel: GuestKernel;
  /** Path of their first file system, written when it is first asked for. @throws {HarnessError} `guest/*` */
  initramfs(): Promise<string>;
  /** Directory of the program that runs in them, and its file in there; written when it is first asked for. */
  program(): Promise<{ readonly directory: string; readonly file: string }>;
  /** KVM where this kernel boots with it, which is tried once, else TCG. @throws {HarnessError} `guest/tool-missing` */
  accelerator(): Promise<Accelerator>;
}

/** With KVM a kernel boots within a second or two; where it has not by then, it hangs. */
const kvmDeadlineMs = 10_000;

function mayUse(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    // Absent, or not for us.
    return false;
  }
}

/** Whether the kernel comes as far as its first program: a /dev/kvm that can be opened says nothing. */
async function bootsWithKvm(kernel: GuestKernel, initramfs: string): Promise<boolean> {
  if (!mayUse("/dev/kvm")) return false;
  const machine = {
    accelerator: "kvm",
    image: kernel.image,
    initramfs,
    words: ["leakproof.probe"],
    links: [],
  };
  const argv = renderQemu({ ...machine, accelerator: "kvm" });
  try {
    const { stdout } = await run(argv, { timeoutMs: kvmDeadlineMs, allowFailure: true });
    return stdout.includes("leakproof: booted");
  } catch {
    return false; // It was ended by the deadline, or could not be started: TCG it is.
  }
}

/** @param directory - of ours, for files that all guests share; made here */
export function createGuests(kernel: GuestKernel, directory: string): Guests {
  let written: Promise<string> | undefined;
  let programFile: Promise<string> | undefined;
  let chosen: Promise<Accelerator> | undefined;
  const write = async (): Promise<string> => {
    await mkdir(directory, { recursive: true });
    const path = join(directory, "initramfs.gz");
    await writeInitramfs(kernel, path);
    return path;
  };
  const initramfs = (): Promise<string> => (written ??= write());
  const place = join(directory, "program");
  const program = async (): Promise<{ readonly directory: string; readonly file: string }> => ({
    directory: place,
    file: await (programFile ??= writeProgram(place)),
  });
  const choose = async (): Promise<Accelerator> =>
    (await bootsWithKvm(kernel, await initramfs())) ? "kvm" : "tcg";
  return { kernel, initramfs, program, accelerator: () => (chosen ??= choose()) };
}
