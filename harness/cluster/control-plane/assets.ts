import { existsSync } from "node:fs";
import { join } from "node:path";
import { HarnessError } from "../../errors/harness-error.ts";
import { digestOf, programNames, readProgramVersion } from "./program.ts";
import type { Program, ProgramName } from "./program.ts";

/** The programs of KUBEBUILDER_ASSETS; kube-proxy is no part of it by custom, and may be missing. */
export interface Assets {
  readonly etcd: Program;
  readonly kubeApiserver: Program;
  readonly kubeProxy?: Program;
}

/**
 * Takes the programs of a folder, as `setup-envtest` makes it, once each of them has run and said its version.
 *
 * @throws {HarnessError} `control-plane/assets-broken`, with everything that is wrong
 */
export async function readAssets(folder: string, signal?: AbortSignal): Promise<Assets> {
  const problems: string[] = [];
  const programs: Partial<Record<ProgramName, Program>> = {};
  for (const name of programNames) {
    const path = join(folder, name);
    if (name === "kube-proxy" && !existsSync(path)) continue;
    try {
      const version = await readProgramVersion(path, signal);
      programs[name] = { path, version, sha256: await digestOf(path, "sha256") };
    } catch (error) {
      signal?.throwIfAborted();
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  const { etcd, "kube-apiserver": kubeApiserver, "kube-proxy": kubeProxy } = programs;
  if (problems.length > 0 || etcd === undefined || kubeApiserver === undefined) {
    throw new HarnessError(
      "control-plane/assets-broken",
      `KUBEBUILDER_ASSETS=${folder} holds no control plane that runs here.\nSaw: ${problems.join("\n     ")}\n` +
        "Fix: point it at the folder that `setup-envtest use -p path` prints, or unset it and let Leakproof get its own.",
    );
  }
  return { etcd, kubeApiserver, ...(kubeProxy === undefined ? {} : { kubeProxy }) };
}
