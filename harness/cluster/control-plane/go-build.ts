import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HarnessError } from "../../errors/harness-error.ts";
import { findProgram, withSystemFolders } from "../../machine/host-tools.js";
import { runGuarded } from "../../process/guard.js";
import type { PinnedVersions } from "./pinned-versions.ts";
import type { ProgramName } from "./program.ts";
import type { ShowProgress } from "./progress.ts";

/** The Go package of each program, and the name that `go build` gives it. */
const packages: Record<ProgramName, { readonly path: string; readonly output: string }> = {
  etcd: { path: "go.etcd.io/etcd/server/v3", output: "server" },
  "kube-apiserver": { path: "k8s.io/kubernetes/cmd/kube-apiserver", output: "kube-apiserver" },
  "kube-proxy": { path: "k8s.io/kubernetes/cmd/kube-proxy", output: "kube-proxy" },
};

/** A Go that can build the control plane, or a sentence that says why there is none. */
export type GoToolchain =
  | { readonly kind: "found"; readonly path: string; readonly version: string }
  | { readonly kind: "missing"; readonly reason: string };

/**
 * Looks for Go on the PATH and in /usr/local/go, where its own installer puts it. Asked inside the module,
 * since Go from 1.21 fetches by itself the toolchain that go.mod asks for.
 *
 * @param oldest the version that go.mod asks for: "1.26.0"
 */
export async function findGo(
  moduleFolder: string,
  oldest: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<GoToolchain> {
  const path = findProgram("go", `${withSystemFolders(env["PATH"])}:/usr/local/go/bin`);
  if (path === undefined) return { kind: "missing", reason: "no go on the PATH or in /usr/local/go/bin" };
  const { code, output } = await runGuarded([path, "version"], { cwd: moduleFolder, env });
  const version = /\bgo(\d+\.\d+(?:\.\d+)?)/.exec(output)?.[1];
  if (code !== 0 || version === undefined) {
    return { kind: "missing", reason: `\`${path} version\` says: ${output.trim().slice(-300)}` };
  }
  if (!isAtLeast(version, oldest)) return { kind: "missing", reason: `${path} is Go ${version}, too old` };
  return { kind: "found", path, version };
}

/** Whether dotted version `actual` is `oldest` or newer. */
export function isAtLeast(actual: string, oldest: string): boolean {
  const left = actual.split(".").map(Number);
  const right = oldest.split(".").map(Number);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** The linker's flags that make a program say its version; without them it says v0.0.0. */
export function linkerFlags(kubernetes: string): string {
  const [major = "", minor = ""] = kubernetes.replace(/^v/, "").split(".");
  const values = {
    gitVersion: kubernetes,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: "clean",
    gitCommit: "unknown",
  };
  const flags = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((path) =>
    Object.entries(values).map(([name, value]) => `-X ${path}.${name}=${value}`),
  );
  return ["-s", "-w", ...flags].join(" ");
}

/** A program that Go builds, and where it is to be. */
export interface PackageBuild {
  /** For people: "kubelet v1.36.3". */
  readonly what: string;
  /** Import path, or `./folder` of the module. */
  readonly path: string;
  /** The name that `go build` gives it. */
  readonly output: string;
  readonly linkerFlags: string;
  readonly go: string;
  readonly moduleFolder: string;
  /** Where the program is to be; its folder exists. */
  readonly target: string;
  readonly progress: ShowProgress;
  readonly signal?: AbortSignal;
}

export interface BuildRequest
  extends Pick<PackageBuild, "go" | "moduleFolder" | "target" | "progress" | "signal"> {
  readonly name: ProgramName;
  readonly versions: PinnedVersions;
}

/**
 * Builds one program of the control plane.
 *
 * @throws {HarnessError} `control-plane/build-failed`, with the end of what Go said
 */
export async function buildProgram({ name, versions, ...request }: BuildRequest): Promise<void> {
  await buildPackage({
    ...request,
    ...packages[name],
    what: `${name} ${versions.kubernetes}`,
    linkerFlags: linkerFlags(versions.kubernetes),
  });
}

/**
 * Builds one program from pinned modules, with Go's own build cache. The compilers end with this
 * process, however it ends, and their scratch files lie beside `target`.
 *
 * @throws {HarnessError} `control-plane/build-failed`, with the end of what Go said
 */
export async function buildPackage(request: PackageBuild): Promise<void> {
  const { what, path, output, moduleFolder, target, progress } = request;
  const scratch = join(dirname(dirname(target)), "go");
  await mkdir(scratch, { recursive: true });
  // -mod=readonly: what is built is what go.sum says, or nothing.
  const flags = ["-v", "-trimpath", "-mod=readonly", "-ldflags", request.linkerFlags];
  const argv = [request.go, "build", ...flags, "-o", `${scratch}/`, path];
  let packagesDone = 0;
  const result = await runGuarded(argv, {
    cwd: moduleFolder,
    env: { ...process.env, CGO_ENABLED: "0", GOTMPDIR: scratch, GOFLAGS: "", GOWORK: "off" },
    onLine: (line) => {
      // -v names each package as its compiler starts; modules being fetched say "go: downloading ...".
      if (!line.startsWith("go: ")) packagesDone += 1;
      progress.update(
        line.startsWith("go: ") ? line.slice(4) : `${packagesDone} packages compiled, now ${line}`,
      );
    },
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  if (result.code !== 0) {
    throw new HarnessError(
      "control-plane/build-failed",
      `${what}: \`${argv.join(" ")}\` in ${moduleFolder} ended with exit code ${result.code}.\n` +
        `Saw: ${result.output.trim().slice(-1500)}\n` +
        "Fix: see that GOPROXY (`go env GOPROXY`) is reachable and that the disk has 5 GB free, then run this again; what was compiled is kept.",
    );
  }
  await rename(join(scratch, output), target);
}
