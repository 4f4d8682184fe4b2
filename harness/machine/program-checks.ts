import { join } from "node:path";
import { findControlPlane } from "../cluster/control-plane.ts";
import { publishers } from "../cluster/control-plane/download.ts";
import { findGo } from "../cluster/control-plane/go-build.ts";
import { readPinnedVersions } from "../cluster/control-plane/pinned-versions.ts";
import { toHarnessError } from "../errors/harness-error.ts";
import type { CheckResult, MachineCheck } from "./check.ts";
import { firstLine } from "./check.ts";
import { guestChecks } from "./guest-checks.ts";

const reachMs = 5_000;
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

/** Node, Go, the control plane and guests. */
export const programChecks: readonly MachineCheck[] = [
  { name: "Node", run: async () => ({ state: "ok", seen: `${process.version} (${process.execPath})` }) },
  { name: "Go", run: checkGo },
  { name: "control plane", run: checkControlPlane },
  ...guestChecks,
];
