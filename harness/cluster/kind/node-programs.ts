import { join } from "node:path";
import { HarnessError } from "../../errors/harness-error.ts";
import { run } from "../../process/run.ts";
import { buildPackage, findGo, linkerFlags } from "../control-plane/go-build.ts";
import { findCached, storeInCache } from "../control-plane/program-cache.ts";
import type { Program } from "../control-plane/program.ts";
import { showProgress } from "../control-plane/progress.ts";
import type { NodeImageRecipe } from "./recipe.ts";

/** A program that `kind-configs/node-image/programs` pins. */
interface NodeProgramSource {
  readonly path: string;
  readonly versionArgs: readonly string[];
  readonly version: (recipe: NodeImageRecipe) => string;
  readonly flags: (recipe: NodeImageRecipe) => string;
}

const plain = "-s -w";

function kubernetes(name: string, versionArgs: readonly string[] = ["--version"]): NodeProgramSource {
  return {
    path: `k8s.io/kubernetes/cmd/${name}`,
    versionArgs,
    version: (recipe) => recipe.kubernetes,
    flags: (recipe) => linkerFlags(recipe.kubernetes),
  };
}

const sources = {
  kubeadm: kubernetes("kubeadm", ["version", "-o", "short"]),
  kubectl: kubernetes("kubectl", ["version", "--client"]),
  kubelet: kubernetes("kubelet"),
  "kube-scheduler": kubernetes("kube-scheduler"),
  "kube-controller-manager": kubernetes("kube-controller-manager"),
  pause: { path: "./pause", versionArgs: ["--version"], version: () => "v3.10.0", flags: () => plain },
  kind: {
    path: "sigs.k8s.io/kind",
    versionArgs: ["--version"],
    version: (recipe) => recipe.kind,
    flags: () => plain,
  },
} as const satisfies Readonly<Record<string, NodeProgramSource>>;

export type NodeProgramName = keyof typeof sources;

/** Those that a node image is made of. */
export const nodeProgramNames = [
  "kubeadm",
  "kubectl",
  "kubelet",
  "kube-scheduler",
  "kube-controller-manager",
  "pause",
] as const satisfies readonly NodeProgramName[];

const versionTimeoutMs = 20_000;

async function readVersion(path: string, versionArgs: readonly string[]): Promise<string> {
  const { stdout } = await run([path, ...versionArgs], { timeoutMs: versionTimeoutMs });
  const version = /v?(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`${path} says: ${stdout.trim().slice(0, 200) || "nothing"}`);
  return `v${version}`;
}

export interface NodeProgramOptions {
  readonly recipe: NodeImageRecipe;
  readonly cacheFolder: string;
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Gets programs that the recipe pins: from the cache, else by a Go build (minutes each, once). The caller
 * holds the lock of the cache.
 *
 * @throws {HarnessError} `kind/tool-missing` without Go, `control-plane/build-failed`
 */
export async function obtainNodePrograms<Name extends NodeProgramName>(
  names: readonly Name[],
  options: NodeProgramOptions,
): Promise<ReadonlyMap<Name, Program>> {
  const programs = new Map<Name, Program>();
  for (const name of names) programs.set(name, await obtainOne(name, options));
  return programs;
}

async function obtainOne(name: NodeProgramName, options: NodeProgramOptions): Promise<Program> {
  const { recipe, cacheFolder, report, signal } = options;
  const source: NodeProgramSource = sources[name];
  const version = source.version(recipe);
  const key = { name, origin: "build", version, recipe: recipe.programsKey } as const;
  const cached = await findCached(cacheFolder, key);
  if (cached !== undefined) return cached;
  const go = await findGo(recipe.programs, recipe.go);
  if (go.kind === "missing") {
    throw new HarnessError(
      "kind/tool-missing",
      `${name} ${version} is built from its module, and there is no Go for that.\nSaw: ${go.reason}\n` +
        `Fix: install Go ${recipe.go} or newer (https://go.dev/dl, unpacked to /usr/local/go), or copy ${join(cacheFolder, "control-plane")} from a machine that has built it.`,
    );
  }
  using progress = showProgress(`building ${name} ${version} with Go ${go.version} (minutes, once)`, report);
  const produce = (target: string): Promise<void> =>
    buildPackage({
      what: `${name} ${version}`,
      path: source.path,
      output: name,
      linkerFlags: source.flags(recipe),
      go: go.path,
      moduleFolder: recipe.programs,
      target,
      progress,
      ...(signal === undefined ? {} : { signal }),
    });
  return await storeInCache(cacheFolder, key, produce, (path) => readVersion(path, source.versionArgs));
}
