import { join } from "node:path";
import { HarnessError } from "../errors/harness-error.ts";
import { cacheDirectory } from "../process/cache-directory.js";
import { acquireFileLock } from "../process/file-lock.js";
import { readAssets } from "./control-plane/assets.ts";
import { downloadProgram, publishers, Unreachable } from "./control-plane/download.ts";
import type { Publishers } from "./control-plane/download.ts";
import { buildProgram, findGo } from "./control-plane/go-build.ts";
import { readPinnedVersions, versionOf } from "./control-plane/pinned-versions.ts";
import type { PinnedVersions } from "./control-plane/pinned-versions.ts";
import { findCached, storeInCache, sweepTemporary } from "./control-plane/program-cache.ts";
import type { CacheKey, Origin } from "./control-plane/program-cache.ts";
import { programNames } from "./control-plane/program.ts";
import type { Program, ProgramName } from "./control-plane/program.ts";
import { showProgress } from "./control-plane/progress.ts";

/** A source that the user may ask for: `--control-plane`. */
export const controlPlaneSources = ["assets", "download", "build"] as const;

export type ControlPlaneSource = (typeof controlPlaneSources)[number];

/** The programs that a cluster is made of, on this machine, each of which has run and said its version. */
export interface ControlPlane {
  /** `cache` where nothing had to be fetched or built; `cluster` where it is somebody's own, whose programs are on none of our machines: only versions are known. */
  readonly source: ControlPlaneSource | "cache" | "cluster";
  readonly etcd: Program;
  readonly kubeApiserver: Program;
  /** Absent only where KUBEBUILDER_ASSETS has none and the pinned one is too new for its API server. */
  readonly kubeProxy?: Program;
}

export interface ObtainOptions {
  /** Only this source (or what it left in the cache); by default the first that works. */
  readonly source?: ControlPlaneSource;
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Read: KUBEBUILDER_ASSETS, XDG_CACHE_HOME, HOME, PATH. Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  readonly publishers?: Publishers;
  /** Holds the go.mod and go.sum that pin the versions. Default: `control-plane/` of this checkout. */
  readonly moduleFolder?: string;
}

interface Context {
  readonly cacheFolder: string;
  readonly moduleFolder: string;
  readonly versions: PinnedVersions;
  readonly origins: readonly Origin[];
  readonly options: ObtainOptions;
}

type Programs<Name extends ProgramName> = Readonly<Record<Name, Program>>;

/**
 * Gets a control plane: KUBEBUILDER_ASSETS where it is set, the cache, the publishers' binaries where the
 * network reaches them, else a Go build of the modules that `control-plane/` pins.
 *
 * Two callers at once share the work: the second waits for the first. A caller that dies leaves nothing in
 * the cache that looks complete.
 *
 * @throws {HarnessError} `control-plane/assets-broken`, `control-plane/digest-mismatch`,
 *   `control-plane/build-failed`, or `control-plane/unavailable` when no source is left
 */
export async function obtainControlPlane(options: ObtainOptions): Promise<ControlPlane> {
  const context = await contextOf(options);
  const assets = assetsFolder(options);
  if (assets !== undefined) return await fromAssets(assets, context);
  const { source, programs } = await fromCacheOrOrigins(programNames, context);
  return { source, ...named(programs) };
}

/**
 * The control plane that is here already, in KUBEBUILDER_ASSETS or in the cache; fetches and builds nothing.
 *
 * @throws {HarnessError} `control-plane/assets-broken`
 */
export async function findControlPlane(
  options: Omit<ObtainOptions, "report">,
): Promise<ControlPlane | undefined> {
  const assets = assetsFolder(options);
  if (assets !== undefined) return { source: "assets", ...(await readAssets(assets, options.signal)) };
  const programs = await findAll(programNames, await contextOf({ ...options, report: () => undefined }));
  return programs === undefined ? undefined : { source: "cache", ...named(programs) };
}

function named(programs: Programs<ProgramName>): Required<Omit<ControlPlane, "source">> {
  return {
    etcd: programs.etcd,
    kubeApiserver: programs["kube-apiserver"],
    kubeProxy: programs["kube-proxy"],
  };
}

/** Empty where assets are asked for and none are named; undefined where the programs come from elsewhere. */
function assetsFolder({ source, env = process.env }: Omit<ObtainOptions, "report">): string | undefined {
  const folder = env["KUBEBUILDER_ASSETS"] ?? "";
  if (source === "assets") return folder;
  return source === undefined && folder !== "" ? folder : undefined;
}

async function contextOf(options: ObtainOptions): Promise<Context> {
  const moduleFolder = options.moduleFolder ?? join(import.meta.dirname, "..", "..", "control-plane");
  const isOneOrigin = options.source === "build" || options.source === "download";
  return {
    cacheFolder: cacheDirectory(options.env),
    moduleFolder,
    versions: await readPinnedVersions(moduleFolder),
    origins: isOneOrigin ? [options.source] : ["download", "build"],
    options,
  };
}

async function fromAssets(folder: string, context: Context): Promise<ControlPlane> {
  const { report, signal } = context.options;
  if (folder === "") {
    throw new HarnessError(
      "control-plane/assets-broken",
      "`--control-plane assets` was given, and KUBEBUILDER_ASSETS is not set.\n" +
        "Fix: point it at the folder that `setup-envtest use -p path` prints.",
    );
  }
  const assets = await readAssets(folder, signal);
  report(
    `control plane of KUBEBUILDER_ASSETS: etcd ${assets.etcd.version}, Kubernetes ${assets.kubeApiserver.version}`,
  );
  if (assets.kubeProxy !== undefined) return { source: "assets", ...assets };
  // Kubernetes' skew policy: kube-proxy must not be newer than the API server.
  if (isMinorNewer(context.versions.kubernetes, assets.kubeApiserver.version)) {
    report(
      `no kube-proxy in KUBEBUILDER_ASSETS, and ${context.versions.kubernetes} is too new for its API server`,
    );
    return { source: "assets", ...assets };
  }
  const { programs } = await fromCacheOrOrigins(["kube-proxy"], context);
  return { source: "assets", ...assets, kubeProxy: programs["kube-proxy"] };
}

function isMinorNewer(version: string, other: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.replace(/^v/, "").split(".").map(Number);
  return major > otherMajor || (major === otherMajor && minor > otherMinor);
}

async function fromCacheOrOrigins<Name extends ProgramName>(
  names: readonly Name[],
  context: Context,
): Promise<{ source: "cache" | Origin; programs: Programs<Name> }> {
  const cached = await findAll(names, context);
  if (cached !== undefined) return { source: "cache", programs: cached };
  const { report, signal } = context.options;
  const lock = await acquireFileLock(join(context.cacheFolder, "locks", "control-plane"), {
    onWait: (pid) => report(`waiting for another run (process ${pid}) that gets the control plane`),
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    // Whoever held the lock may have got it for us.
    const meanwhile = await findAll(names, context);
    if (meanwhile !== undefined) return { source: "cache", programs: meanwhile };
    await sweepTemporary(context.cacheFolder);
    const problems: string[] = [];
    for (const origin of context.origins) {
      const programs = await obtainAll(names, origin, context, problems);
      if (programs !== undefined) return { source: origin, programs };
    }
    throw unavailable(context, problems);
  } finally {
    lock.release();
  }
}

/** All of one origin: programs of two origins are never mixed, so that a report can name one. */
async function findAll<Name extends ProgramName>(
  names: readonly Name[],
  context: Context,
): Promise<Programs<Name> | undefined> {
  for (const origin of context.origins) {
    const programs: Partial<Record<Name, Program>> = {};
    for (const name of names) {
      const program = await findCached(context.cacheFolder, keyOf(name, origin, context));
      if (program !== undefined) programs[name] = program;
    }
    if (isComplete(programs, names)) return programs;
  }
  return undefined;
}

function isComplete<Name extends ProgramName>(
  programs: Partial<Record<Name, Program>>,
  names: readonly Name[],
): programs is Record<Name, Program> {
  return names.every((name) => programs[name] !== undefined);
}

function keyOf(name: ProgramName, origin: Origin, { versions }: Context): CacheKey {
  const recipe = origin === "download" ? "published" : versions.modulesHash;
  return { name, origin, version: versionOf(name, versions), recipe };
}

async function obtainAll<Name extends ProgramName>(
  names: readonly Name[],
  origin: Origin,
  context: Context,
  problems: string[],
): Promise<Programs<Name> | undefined> {
  const obtain = origin === "download" ? downloader(context) : await builder(context, problems);
  if (obtain === undefined) return undefined;
  const programs: Partial<Record<Name, Program>> = {};
  for (const name of names) {
    const key = keyOf(name, origin, context);
    try {
      programs[name] =
        (await findCached(context.cacheFolder, key)) ??
        (await storeInCache(context.cacheFolder, key, async (path) => await obtain(name, path)));
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      context.options.report(`not reachable: ${error.message}`);
      problems.push(`download: ${error.message}`);
      return undefined;
    }
  }
  return isComplete(programs, names) ? programs : undefined;
}

type Obtain = (name: ProgramName, target: string) => Promise<void>;

function downloader({ versions, options }: Context): Obtain {
  return async (name, target) => {
    const version = versionOf(name, versions);
    using progress = showProgress(`downloading ${name} ${version}`, options.report);
    const request = { name, version, target, progress, publishers: options.publishers ?? publishers };
    await downloadProgram({
      ...request,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  };
}

async function builder(context: Context, problems: string[]): Promise<Obtain | undefined> {
  const { versions, moduleFolder, options } = context;
  const go = await findGo(moduleFolder, versions.go, options.env);
  if (go.kind === "missing") {
    problems.push(`build: ${go.reason}`);
    return undefined;
  }
  return async (name, target) => {
    const what = `building ${name} ${versionOf(name, versions)} with Go ${go.version} (minutes, once)`;
    using progress = showProgress(what, options.report);
    const request = { name, go: go.path, moduleFolder, versions, target, progress };
    await buildProgram({ ...request, ...(options.signal === undefined ? {} : { signal: options.signal }) });
  };
}

function unavailable({ versions, origins, options }: Context, problems: readonly string[]): HarnessError {
  const repairs = [
    `install Go ${versions.go} or newer (https://go.dev/dl, unpacked to /usr/local/go), then it is built`,
    "or give this machine a way to dl.k8s.io and github.com",
    "or set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver (`setup-envtest use -p path`)",
    "or copy ~/.cache/leakproof/control-plane from a machine that has it",
  ];
  return new HarnessError(
    "control-plane/unavailable",
    `no control plane: etcd ${versions.etcd} and Kubernetes ${versions.kubernetes} by ${options.source ?? origins.join(" or ")}.\n` +
      `Saw: ${problems.join("\n     ")}\nFix: ${repairs.join(",\n     ")}.`,
  );
}
