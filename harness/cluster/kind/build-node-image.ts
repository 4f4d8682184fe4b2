import { existsSync } from "node:fs";
import { copyFile, cp, link, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HarnessError } from "../../errors/harness-error.ts";
import { findProgram, withSystemFolders } from "../../machine/host-tools.js";
import { acquireFileLock } from "../../process/file-lock.js";
import { runGuarded } from "../../process/guard.js";
import { run } from "../../process/run.ts";
import { obtainControlPlane } from "../control-plane.ts";
import { showProgress } from "../control-plane/progress.ts";
import { findImage } from "./docker.ts";
import { nodeProgramNames, obtainNodePrograms } from "./node-programs.ts";
import type { NodeImageRecipe } from "./recipe.ts";

export interface BuildOptions {
  readonly recipe: NodeImageRecipe;
  readonly cacheFolder: string;
  /** The name that the image gets. */
  readonly reference: string;
  readonly report: (line: string) => void;
  /** Where Debian's packages come from. */
  readonly mirror?: string;
  readonly signal?: AbortSignal;
}

interface Build extends BuildOptions {
  /** Scratch, gone afterwards. */
  readonly work: string;
  /** Host paths of all programs, by name. */
  readonly programs: ReadonlyMap<string, string>;
  /** Hold tools.tar and node.tar. */
  readonly roots: string;
}

const defaultMirror = "http://deb.debian.org/debian";
const buildTimeoutMs = 30 * 60_000;

/** Images of the cluster's own pods: the program, and whether it needs tools around it. `etcd` is found by name, since its tag is kubeadm's. */
const components = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "etcd"];

/** As containerd's config in the image says it. */
const pauseImage = "registry.k8s.io/pause:3.10";

/** The image that component images and engines' images stand on: Debian with the tools that write rules. */
export function toolsImageReference(recipe: NodeImageRecipe): string {
  return `leakproof/kind-tools:${recipe.rootsKey}`;
}

/**
 * Builds the node image, offline but for Debian's packages and Go's module proxy. The caller holds its lock.
 *
 * @returns the image's id
 * @throws {HarnessError} `kind/tool-missing`, `kind/image-failed`, `control-plane/*`
 */
export async function buildNodeImage(options: BuildOptions): Promise<string> {
  const { recipe, cacheFolder, reference } = options;
  const scratch = join(cacheFolder, "kind", "tmp");
  // The lock is ours, so whatever is there was left by a run that was killed.
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  const roots = await obtainRoots(options, scratch);
  const programs = await obtainPrograms(options);
  const work = await mkdtemp(join(scratch, "build-"));
  const build: Build = { ...options, work, programs, roots };
  const bare = `${reference}-bare`;
  try {
    await buildToolsImage(build);
    await buildBareNode(build, bare);
    const images = await buildComponents(build);
    await preload(build, bare, images);
    await buildImage(build, "loaded", { NODE: bare, KEY: recipe.key }, reference);
  } finally {
    await run(["docker", "image", "rm", "--force", bare], { timeoutMs: 60_000, allowFailure: true });
    await rm(work, { recursive: true, force: true });
  }
  const id = await findImage(reference);
  if (id === undefined) throw failed(`docker build ended well and there is no ${reference}`, "nothing");
  return id;
}

function failed(what: string, seen: string): HarnessError {
  return new HarnessError(
    "kind/image-failed",
    `${what}.\nSaw: ${seen.trim().slice(-1500) || "nothing"}\nFix: see that Debian's mirror can be reached, that docker runs containers with --privileged, and that the disk has 6 GB free; then run this again, what was made is kept.`,
  );
}

/** The root file systems, kept in the cache: making them takes minutes. */
async function obtainRoots(options: BuildOptions, scratch: string): Promise<string> {
  const { recipe, cacheFolder, report, mirror = defaultMirror, signal } = options;
  const folder = join(cacheFolder, "kind", `roots-${recipe.rootsKey}`);
  if (existsSync(folder)) return folder;
  expectDebootstrap();
  using progress = showProgress("making the node's file system with debootstrap (minutes, once)", report);
  const temporary = await mkdtemp(join(scratch, "roots-"));
  const script = join(recipe.folder, "make-roots.sh");
  const { code, output } = await runGuarded([script, temporary, mirror], {
    onLine: (line) => progress.update(line.slice(0, 120)),
    ...(signal === undefined ? {} : { signal }),
  });
  if (code !== 0) throw failed(`\`${script} ${temporary} ${mirror}\` ended with exit code ${code}`, output);
  await rename(temporary, folder);
  return folder;
}

function expectDebootstrap(): void {
  const problems = [
    ...(process.getuid?.() === 0 ? [] : ["debootstrap needs root: run this with sudo"]),
    ...(findProgram("debootstrap", withSystemFolders(process.env["PATH"])) === undefined
      ? ["no debootstrap: sudo apt-get install -y --no-install-recommends debootstrap debian-archive-keyring"]
      : []),
  ];
  if (problems.length === 0) return;
  throw new HarnessError(
    "kind/tool-missing",
    `the file system of a node cannot be made here.\nFix: ${problems.join(",\n     ")}; or copy the cache's folder kind/ from a machine that has it.`,
  );
}

async function obtainPrograms(options: BuildOptions): Promise<ReadonlyMap<string, string>> {
  const { recipe, cacheFolder, report, signal } = options;
  // Of the pinned version, whatever the sandbox is to run.
  const { KUBEBUILDER_ASSETS: _, ...env } = process.env;
  const settled = { report, ...(signal === undefined ? {} : { signal }) };
  const { etcd, kubeApiserver, kubeProxy } = await obtainControlPlane({ ...settled, env });
  const lock = await acquireFileLock(join(cacheFolder, "locks", "control-plane"));
  try {
    const built = await obtainNodePrograms(nodeProgramNames, { recipe, cacheFolder, ...settled });
    return new Map<string, string>([
      ["etcd", etcd.path],
      ["kube-apiserver", kubeApiserver.path],
      ...(kubeProxy === undefined ? [] : [["kube-proxy", kubeProxy.path] as const]),
      ...[...built].map(([name, { path }]) => [name, path] as const),
    ]);
  } finally {
    lock.release();
  }
}

/** A file of the cache where docker's build sees it, without a copy where that is possible. */
async function place(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to)); // Another disk, or one without links.
}

/** Builds with a context of its own, `work/<name>`, by `<name>.Dockerfile`. */
async function buildImage(
  { recipe, work, report, signal }: Build,
  name: string,
  values: Readonly<Record<string, string>>,
  reference: string,
  dockerfile = `${name}.Dockerfile`,
): Promise<void> {
  using progress = showProgress(`docker build of ${reference}`, report);
  const file = join(recipe.folder, dockerfile);
  const settings = Object.entries(values).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]);
  const context = join(work, name);
  await mkdir(context, { recursive: true });
  const argv = ["docker", "build", "--force-rm", "--file", file, "--tag", reference, ...settings, context];
  const { code, output } = await runGuarded(argv, {
    onLine: (line) => progress.update(line.slice(0, 120)),
    ...(signal === undefined ? {} : { signal }),
  });
  if (code !== 0) throw failed(`\`${argv.join(" ")}\` ended with exit code ${code}`, output);
}

async function buildToolsImage(build: Build): Promise<void> {
  const reference = toolsImageReference(build.recipe);
  if ((await findImage(reference)) !== undefined) return;
  await mkdir(join(build.work, "tools"));
  await place(join(build.roots, "tools.tar"), join(build.work, "tools", "tools.tar"));
  await buildImage(build, "tools", {}, reference);
}

async function buildBareNode(build: Build, bare: string): Promise<void> {
  const { work, recipe, roots } = build;
  const context = join(work, "node");
  await mkdir(join(context, "programs"), { recursive: true });
  await place(join(roots, "node.tar"), join(context, "node.tar"));
  await cp(join(recipe.folder, "files"), join(context, "files"), { recursive: true });
  for (const name of ["kubeadm", "kubectl", "kubelet"])
    await place(programOf(build, name), join(context, "programs", name));
  await buildImage(build, "node", { KUBERNETES: recipe.kubernetes }, bare);
}

function programOf({ programs }: Build, name: string): string {
  const path = programs.get(name);
  if (path === undefined) throw failed(`there is no program ${name} for the node image`, "nothing");
  return path;
}

/** An image of one of the cluster's own pods, as an archive. */
interface ComponentArchive {
  readonly file: string;
  /** As docker named it. */
  readonly built: string;
  /** As kubeadm asks for it. */
  readonly reference: string;
}

async function buildComponents(build: Build): Promise<readonly ComponentArchive[]> {
  const { work, recipe } = build;
  const listArgv = ["config", "images", "list", "--kubernetes-version", recipe.kubernetes];
  const { stdout } = await run([programOf(build, "kubeadm"), ...listArgv], { timeoutMs: 60_000 });
  const wanted = stdout.split("\n").filter((name) => name !== "");
  const images: ComponentArchive[] = [];
  await mkdir(join(work, "preload", "images"), { recursive: true });
  for (const name of [...components, "pause"]) {
    const reference = name === "pause" ? pauseImage : wanted.find((one) => one.includes(`/${name}:`));
    if (reference === undefined) throw failed(`kubeadm names no image of ${name}`, stdout);
    await mkdir(join(work, name), { recursive: true });
    await place(programOf(build, name), join(work, name, name));
    const built = `leakproof/kind-${name}:${recipe.key}`;
    if (name === "pause") await buildImage(build, name, {}, built);
    else {
      // kube-proxy runs iptables and nft; the others are one static program each.
      const base = name === "kube-proxy" ? { BASE: toolsImageReference(recipe) } : {};
      await buildImage(build, name, { PROGRAM: name, ...base }, built, "component.Dockerfile");
    }
    const file = `${name}.tar`;
    await run(["docker", "save", "--output", join(work, "preload", "images", file), built], {
      timeoutMs: buildTimeoutMs,
    });
    await run(["docker", "image", "rm", "--force", built], { timeoutMs: 60_000 });
    images.push({ file, built: `docker.io/${built}`, reference });
  }
  return images;
}

/** Lets the node's own containerd take the images in, and leaves its store for the last build. */
async function preload(build: Build, bare: string, images: readonly ComponentArchive[]): Promise<void> {
  const { work, recipe, report, signal } = build;
  using progress = showProgress("taking the images of the components into the node", report);
  const folder = join(work, "preload");
  await writeFile(
    join(folder, "images.list"),
    images.map(({ file, built, reference }) => `${file} ${built} ${reference}\n`).join(""),
  );
  await copyFile(join(recipe.folder, "preload.sh"), join(folder, "preload.sh"));
  const name = `leakproof-preload-${process.pid}`;
  const argv = ["docker", "run", "--rm", "--pull=never", "--privileged", "--name", name];
  const mounts = ["--volume", `${folder}:/preload`, "--volume", "/var/lib/containerd"];
  const { code, output } = await runGuarded(
    [...argv, ...mounts, "--entrypoint", "/preload/preload.sh", bare],
    {
      onLine: (line) => progress.update(line.slice(0, 120)),
      ...(signal === undefined ? {} : { signal }),
    },
  );
  if (code !== 0) {
    await run(["docker", "rm", "--force", "--volumes", name], { timeoutMs: 60_000, allowFailure: true });
    throw failed(`preload.sh in a container of ${bare} ended with exit code ${code}`, output);
  }
  await mkdir(join(work, "loaded"), { recursive: true });
  await rename(join(folder, "store.tar"), join(work, "loaded", "store.tar"));
}
