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
import { findProgram, withSystemFolders } from "./host-tools.js";

const kvmRepair = "sudo modprobe kvm_intel || sudo modprobe kvm_amd; sudo usermod -aG kvm $USER";

function optional(seen: string, repair: string): CheckResult {
  return { state: "optional-missing", seen, repair };
}

/** The programs that guests are made with, and what is asked for virtual servers in them. */
async function checkTools(): Promise<CheckResult> {
  const seen: string[] = [];
  for (const find of [findQemu, findBusybox]) {
    try {
      seen.push(find());
    } catch (thrown) {
      const { message } = toHarnessError(thrown);
      return optional(firstLine(message), message.split("Fix: ")[1] ?? "see docs/errors.md");
    }
  }
  const ipvsadm = findProgram("ipvsadm", withSystemFolders(process.env["PATH"]));
  if (ipvsadm === undefined)
    return optional("ipvsadm not found: no scenario with ip_vs", "sudo apt-get install -y ipvsadm");
  return { state: "ok", seen: [...seen, ipvsadm].join(", ") };
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
  if (findProgram("apt-get", withSystemFolders(process.env["PATH"])) !== undefined)
    return { state: "ok", seen: "none yet; the first run that needs one downloads Debian's by apt" };
  return optional("none, and no apt to get one", "--guest-kernel PATH");
}

/** Whether nodes can be guests, which some scenarios need. */
export const guestChecks: readonly MachineCheck[] = [
  { name: "guests: programs", run: checkTools },
  { name: "guests: kernel", run: checkKernel },
];
