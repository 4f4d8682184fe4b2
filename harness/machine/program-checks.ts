import { join } from "node:path";
import { findControlPlane } from "../cluster/control-plane.ts";
import { publishers } from "../cluster/control-plane/download.ts";
import { findGo } from "../cluster/control-plane/go-build.ts";
import { readPinnedVersions } from "../cluster/control-plane/pinned-versions.ts";
import { toHarnessError } from "../errors/harness-error.ts";
import { run } from "../process/run.ts";
import type { CheckResult, MachineCheck } from "./check.ts";
import { firstLine } from "./check.ts";
import { findProgram, withSystemFolders } from "./host-tools.js";

const reachMs = 5_000;
/** A guest that has not failed after this runs, in seconds. */
const guestSeconds = 2;
const moduleFolder = join(import.meta.dirname, "..", "..", "control-plane");

const goRepair = "install Go from https://go.dev/dl (unpacked to /usr/local/go)";

async function checkGo(): Promise<CheckResult> {
  const { go: oldest } = await readPinnedVersions(moduleFolder);
  const go = await findGo(moduleFolder, oldest);
  if (go.kind === "found") return { state: "ok", seen: `Go ${go.version} (${go.path})` };
  return { state: "optional-missing", seen: `${go.reason}; a build needs ${oldest}`, repair: goRepair };
}

async function checkControlPlane(): Promise<CheckResult> {
  try {
    const found = await findControlPlane({});
    if (found !== undefined) {
      const { source, etcd, kubeApiserver, kubeProxy } = found;
      const proxy = kubeProxy === undefined ? "no kube-proxy" : `kube-proxy ${kubeProxy.version}`;
      return {
        state: "ok",
        seen: `${source}: etcd ${etcd.version}, kube-apiserver ${kubeApiserver.version}, ${proxy}`,
      };
    }
  } catch (error) {
    return {
      state: "missing",
      seen: firstLine(toHarnessError(error).message),
      repair: "unset KUBEBUILDER_ASSETS",
    };
  }
  const { go, kubernetes } = await readPinnedVersions(moduleFolder);
  if (await isReachable(`${publishers.kubernetes}/${kubernetes}/bin/linux/amd64/kube-proxy.sha512`)) {
    return { state: "ok", seen: "none yet; the first run downloads it" };
  }
  const toolchain = await findGo(moduleFolder, go);
  if (toolchain.kind === "found") return { state: "ok", seen: "none yet; the first run builds it (minutes)" };
  return {
    state: "missing",
    seen: `none, ${publishers.kubernetes} is out of reach, ${toolchain.reason}`,
    repair: goRepair,
  };
}

async function isReachable(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(reachMs) })).ok;
  } catch {
    // Whatever the reason: a download would not work either.
    return false;
  }
}

/** KVM is tried by starting a guest: the file may be there and be of no use. */
async function checkKvm(): Promise<CheckResult> {
  const program = process.arch === "arm64" ? "qemu-system-aarch64" : "qemu-system-x86_64";
  const machine = process.arch === "arm64" ? "virt,accel=kvm" : "q35,accel=kvm";
  const qemu = findProgram(program, withSystemFolders(process.env["PATH"]));
  if (qemu === undefined) {
    const repair = `sudo apt-get install -y --no-install-recommends qemu-system-${process.arch === "arm64" ? "arm" : "x86"}`;
    return { state: "optional-missing", seen: `${program} not found: no guests`, repair };
  }
  const guest = [qemu, "-machine", machine, "-cpu", "host", "-nodefaults", "-display", "none", "-S"] as const;
  const { exitCode, stderr } = await run(["timeout", `${guestSeconds}`, ...guest], {
    timeoutMs: 10_000,
    allowFailure: true,
  });
  // 124: it ran until `timeout` ended it.
  if (exitCode === 124) return { state: "ok", seen: "a guest starts with KVM" };
  const repair = "sudo modprobe kvm_intel || sudo modprobe kvm_amd; sudo usermod -aG kvm $USER";
  return { state: "optional-missing", seen: firstLine(stderr), repair };
}

/** Node, Go, the control plane and KVM. */
export const programChecks: readonly MachineCheck[] = [
  { name: "Node", run: async () => ({ state: "ok", seen: `${process.version} (${process.execPath})` }) },
  { name: "Go", run: checkGo },
  { name: "control plane", run: checkControlPlane },
  { name: "KVM", run: checkKvm },
];
