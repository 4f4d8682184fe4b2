import { HarnessError } from "../../errors/harness-error.ts";
import {
  aptLine,
  findProgram,
  guestTools,
  qemuProgram,
  withSystemFolders,
} from "../../machine/host-tools.js";

/** How a guest's instructions are carried out: by the processor, or by QEMU. */
export type Accelerator = "kvm" | "tcg";

/** What a guest is made of. */
export interface GuestMachine {
  readonly accelerator: Accelerator;
  readonly image: string;
  readonly initramfs: string;
  /** Further words of the kernel's command line. */
  readonly words: readonly string[];
  readonly links: readonly { readonly tap: string; readonly mac: string }[];
  /** Path of the socket that leads to the guest's port; QEMU waits until somebody is there. */
  readonly channel?: string;
}

const memoryMiB = 1_024;
const isArm = process.arch === "arm64";

/** @throws {HarnessError} `guest/tool-missing` */
export function findQemu(): string {
  const found = findProgram(qemuProgram, withSystemFolders(process.env["PATH"]));
  if (found !== undefined) return found;
  throw new HarnessError(
    "guest/tool-missing",
    `${qemuProgram} is not installed: nodes with a kernel of their own are its guests.\nFix: ${aptLine(guestTools, process.getuid?.() === 0)}`,
  );
}

/** Wide registers are the slowest part of an emulated processor, and libraries use them wherever there are some. */
const emulated = isArm ? "max" : "max,avx=off,avx2=off";

/** Mitigations cost time, and no stranger's program is in the guest but the engine. */
const kernelWords = ["quiet", "panic=-1", "mitigations=off", "no_timer_check"];

/**
 * QEMU's command line. The guest sees this machine's files as its user sees them, read-only; its console goes
 * to stdout. The kernel ends it when this process dies.
 */
export function renderQemu(machine: GuestMachine): readonly [string, ...string[]] {
  const { accelerator, image, initramfs, words, links, channel } = machine;
  const console = isArm ? "ttyAMA0" : "ttyS0";
  const processor = accelerator === "kvm" ? "host" : emulated;
  const root = "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap";
  const port = [
    "-chardev",
    `socket,id=channel,path=${channel ?? ""},server=on,wait=on`,
    "-device",
    "virtio-serial-pci",
    "-device",
    "virtserialport,chardev=channel,name=leakproof",
  ];
  const options: readonly (readonly string[])[] = [
    ["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio"],
    ["-machine", `${isArm ? "virt" : "q35"},accel=${accelerator}`, "-cpu", processor],
    // Two emulated processors that wait for each other, on a machine that is busy, are slower than one.
    [
      "-smp",
      accelerator === "kvm" ? "2" : "1",
      "-m",
      String(memoryMiB),
      "-kernel",
      image,
      "-initrd",
      initramfs,
    ],
    ["-append", [`console=${console}`, ...kernelWords, ...words].join(" ")],
    ["-fsdev", root, "-device", "virtio-9p-pci,fsdev=root,mount_tag=root"],
    ...links.map(({ tap, mac }, index) => [
      "-netdev",
      `tap,id=link${index},ifname=${tap},script=no,downscript=no`,
      "-device",
      `virtio-net-pci,netdev=link${index},mac=${mac}`,
    ]),
    channel === undefined ? [] : port,
  ];
  return ["setpriv", "--pdeathsig", "KILL", "--", findQemu(), ...options.flat()];
}
