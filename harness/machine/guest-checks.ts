import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toHarnessError } from "../errors/harness-error.ts";
import { createGuests } from "../node/guest/guests.ts";
import { findBusybox } from "../node/guest/initramfs.ts";
import { findGuestKernel, type GuestKernel } from "../node/guest/kernel.ts";
import { findQemu } from "../node/guest/qemu.ts";
import type { CheckResult, MachineCheck } from "./check.ts";
import { firstLine } from "./check.ts";
import { aptLine, findProgram, guestTools, missingTools, withSystemFolders } from "./host-tools.js";

const kvmRepair = "sudo modprobe kvm_intel || sudo modprobe kvm_amd; sudo usermod -aG kvm $USER";

function optional(seen: string, repair: string): CheckResult {
  return { state: "optional-missing", seen, repair };
}

const hasApt = (): boolean => findProgram("apt-get", withSystemFolders(process.env["PATH"])) !== undefined;

/** The programs that guests are made with, and what is asked for virtual servers in them. */
async function checkTools(): Promise<CheckResult> {
  const missing = missingTools(withSystemFolders(process.env["PATH"]), guestTools);
  const names = missing.map(({ program }) => program).join(", ");
  if (missing.length > 0 && hasApt())
    return { state: "ok", seen: `no ${names} yet; the first run that needs a guest gets them by apt` };
  if (missing.length > 0)
    return optional(`no ${names}, and no apt to get them`, aptLine(missing, process.getuid?.() === 0));
  try {
    return { state: "ok", seen: [findQemu(), findBusybox()].join(", ") };
  } catch (thrown) {
    const { message } = toHarnessError(thrown);
    return optional(firstLine(message), message.split("Fix: ")[1] ?? "see docs/errors.md");
  }
}

/** KVM is tried by booting: the file may be there and be of no use. */
async function judgeBoot(kernel: GuestKernel): Promise<CheckResult> {
  const directory = await mkdtemp(join(tmpdir(), "leakproof-doctor-"));
  try {
    const accelerator = await createGuests(kernel, directory).accelerator();
    const what = `Linux ${kernel.version} (${kernel.image})`;
    if (accelerator === "kvm") return { state: "ok", seen: `${what} boots with KVM` };
    return optional(`${what} does not boot with KVM: guests are emulated, and slow`, kvmRepair);
  } catch (thrown) {
    const { message } = toHarnessError(thrown);
    return optional(firstLine(message), message.split("Fix: ")[1] ?? "see docs/errors.md");
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function checkKernel(): Promise<CheckResult> {
  const kernel = await findGuestKernel();
  if (kernel !== undefined) return await judgeBoot(kernel);
  if (hasApt())
    return { state: "ok", seen: "none yet; the first run that needs one downloads Debian's by apt" };
  return optional("none, and no apt to get one", "--guest-kernel PATH");
}

/** Whether nodes can be guests, which some scenarios need. */
export const guestChecks: readonly MachineCheck[] = [
  { name: "guests: programs", run: checkTools },
  { name: "guests: kernel", run: checkKernel },
];
