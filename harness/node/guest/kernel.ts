import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { HarnessError, toHarnessError } from "../../errors/harness-error.ts";
import { downloadPackage } from "../../machine/apt-download.ts";
import { findProgram, withSystemFolders } from "../../machine/host-tools.js";
import { cacheDirectory } from "../../process/cache-directory.js";
import { acquireFileLock } from "../../process/file-lock.js";
import { run } from "../../process/run.ts";

/** A distribution's kernel with its modules. */
export interface GuestKernel {
  /** `6.1.0-18-amd64` */
  readonly version: string;
  /** Path of vmlinuz. */
  readonly image: string;
  /** Directory with modules.dep and kernel/. */
  readonly modules: string;
}

export interface ObtainKernelOptions {
  /** A vmlinuz-VERSION beside its modules (../lib/modules/VERSION), or a distribution's .deb; default: Debian's by apt. */
  readonly path?: string;
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal;
}

const packageName = `linux-image-${process.arch === "arm64" ? "arm64" : "amd64"}`;
/** apt looks into its own lists, on this machine. */
const aptTimeoutMs = 60_000;
const unpackTimeoutMs = 120_000;
/** Most of a distribution's modules: drivers of hardware that no guest of ours has. */
const unneeded = [
  "sound",
  "drivers/gpu",
  "drivers/media",
  "drivers/infiniband",
  "drivers/scsi",
  "drivers/iio",
];
const unneededNet = ["drivers/net/ethernet", "drivers/net/wireless", "drivers/usb", "drivers/staging"];

function missing(what: string, fix: string): HarnessError {
  return new HarnessError(
    "guest/kernel-missing",
    `no kernel for guests: ${what}\nFix: ${fix}, or give one by --guest-kernel PATH (a vmlinuz beside its lib/modules, or a .deb).`,
  );
}

/** @throws {HarnessError} `guest/kernel-missing` */
function kernelAt(image: string): GuestKernel {
  const version = basename(image).replace(/^vmlinu[xz]-/, "");
  const root = dirname(dirname(resolve(image)));
  const places = ["lib/modules", "usr/lib/modules"].map((folder) => join(root, folder, version));
  const modules = places.find((place) => existsSync(join(place, "modules.dep")));
  if (!existsSync(image)) throw missing(`${image} does not exist.`, "give the path of a kernel");
  if (modules === undefined)
    throw missing(
      `${image} has no modules: no modules.dep in ${places.join(" or ")}.`,
      "unpack the whole package, and run depmod -b on it",
    );
  return { version, image: resolve(image), modules };
}

/** The newest kernel that is unpacked below `folder`; each stands in a directory of its own, complete or not at all. */
async function newestBelow(folder: string): Promise<GuestKernel | undefined> {
  const entries = await readdir(folder).catch(() => []); // Nothing was unpacked yet.
  const byVersion = new Intl.Collator("en", { numeric: true });
  for (const entry of entries.toSorted(byVersion.compare).toReversed()) {
    if (entry.startsWith("tmp-")) continue;
    const boot = join(folder, entry, "boot");
    const image = (await readdir(boot).catch(() => [])).find((name) => name.startsWith("vmlinuz-"));
    if (image !== undefined) return kernelAt(join(boot, image));
  }
  return undefined;
}

function toolPath(tool: string, debianPackage: string): string {
  const found = findProgram(tool, withSystemFolders(process.env["PATH"]));
  if (found !== undefined) return found;
  throw missing(`${tool} is not installed.`, `sudo apt-get install -y ${debianPackage}`);
}

/** Unpacks a package, and tells which module needs which; what hardware needs is left out. */
async function unpack(deb: string, target: string): Promise<void> {
  const busybox = toolPath("busybox", "busybox-static");
  await run([toolPath("dpkg-deb", "dpkg"), "-x", deb, target], { timeoutMs: unpackTimeoutMs });
  const usr = join(target, "usr/lib/modules");
  const modules = existsSync(usr) ? usr : join(target, "lib/modules");
  const [version] = await readdir(modules).catch(() => []);
  if (version === undefined)
    throw missing(`${deb} has no modules.`, "give a package with vmlinuz and modules");
  for (const part of [...unneeded, ...unneededNet])
    await rm(join(modules, version, "kernel", part), { recursive: true, force: true });
  // busybox looks for lib/modules alone.
  const root = existsSync(usr) ? join(target, "usr") : target;
  await run([busybox, "depmod", "-b", root, version], { timeoutMs: unpackTimeoutMs });
}

/** Puts what `produce` unpacks into the cache, complete or not at all. */
async function unpackOnce(
  folder: string,
  entry: string,
  produce: (scratch: string) => Promise<string>,
): Promise<void> {
  const scratch = await mkdtemp(join(folder, "tmp-"));
  try {
    const target = join(scratch, "root");
    await unpack(await produce(scratch), target);
    await rm(join(folder, entry), { recursive: true, force: true });
    await rename(target, join(folder, entry));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Asks apt for Debian's kernel; the package it is in has its version in its name. */
async function download(scratch: string, options: ObtainKernelOptions): Promise<string> {
  const { signal } = options;
  try {
    const asked = { timeoutMs: aptTimeoutMs, ...(signal === undefined ? {} : { signal }) };
    const { stdout } = await run([toolPath("apt-cache", "apt"), "depends", packageName], asked);
    const name = /^\s*\|?Depends: (linux-image-\S+)$/m.exec(stdout)?.[1];
    if (name === undefined) throw new Error(`apt knows no ${packageName}`);
    options.report(`guest kernel: downloading ${name}`);
    return await downloadPackage(name, scratch, signal);
  } catch (thrown) {
    if (signal?.aborted === true) throw thrown;
    throw missing(
      `apt does not give ${packageName}. Saw: ${toHarnessError(thrown).message}`,
      "sudo apt-get update",
    );
  }
}

function kernelFolder(): string {
  return join(cacheDirectory(), "guest-kernel");
}

/** The kernel that is here already: given, or in the cache. Fetches nothing. @throws {HarnessError} `guest/kernel-missing` for a path that is none */
export async function findGuestKernel(path?: string): Promise<GuestKernel | undefined> {
  if (path !== undefined && !path.endsWith(".deb")) return kernelAt(path);
  return newestBelow(path === undefined ? join(kernelFolder(), "apt") : entryOf(path));
}

function entryOf(deb: string): string {
  return join(kernelFolder(), "given", basename(deb, ".deb"));
}

/**
 * A kernel for guests: the given one, or Debian's package, downloaded once by apt (which checks its signature)
 * and unpacked into the cache, never installed.
 *
 * @throws {HarnessError} `guest/kernel-missing` with the line that repairs it
 */
export async function obtainGuestKernel(options: ObtainKernelOptions): Promise<GuestKernel> {
  const { path, report, signal } = options;
  const known = await findGuestKernel(path);
  if (known !== undefined) return known;
  const folder = path === undefined ? join(kernelFolder(), "apt") : entryOf(path);
  await mkdir(folder, { recursive: true });
  const lock = await acquireFileLock(join(cacheDirectory(), "locks", "guest-kernel"), {
    onWait: (pid) => report(`waiting for another run (process ${pid}) that gets the guest's kernel`),
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    const meanwhile = await findGuestKernel(path);
    if (meanwhile !== undefined) return meanwhile;
    await unpackOnce(folder, "kernel", async (scratch) =>
      path === undefined ? download(scratch, options) : resolve(path),
    );
  } finally {
    lock.release();
  }
  const kernel = await findGuestKernel(path);
  if (kernel === undefined) throw missing("the package has no boot/vmlinuz.", "give another one");
  return kernel;
}
