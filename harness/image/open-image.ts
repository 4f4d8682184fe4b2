import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { HarnessError } from "../errors/harness-error.ts";
import { findProgram, withSystemFolders } from "../machine/host-tools.js";
import { run } from "../process/run.ts";
import { type UnpackedImage, unpackImage } from "./unpack-image.ts";

/** A registry may take this long for a whole image, in ms. */
const copyMs = 10 * 60_000;

/** Whether somebody means a file: a path, or a name that ends as archives do. */
function isFile(image: string): boolean {
  return /^\.{0,2}\//.test(image) || /\.(tar|tgz|tar\.gz)$/.test(image) || existsSync(image);
}

/** What a reference says of the digest: `ghcr.io/x/y:v1@sha256:...`. */
function digestIn(reference: string): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
}

function checkReference(reference: string): void {
  // As in containers' own grammar, without its finer points: what is left out here skopeo tells.
  if (/^[A-Za-z0-9][A-Za-z0-9._:/-]*(@sha256:[0-9a-f]{64})?$/.test(reference)) return;
  throw new HarnessError(
    "args/bad-value",
    `--engine-image "${reference}" is neither a file nor a reference of an image.\nFix: give an archive (./image.tar), or a reference as in ghcr.io/kube-vip/kube-vip:v0.8.4.`,
  );
}

/** What skopeo said, as a problem of ours. */
function copyFailed(reference: string, thrown: unknown): HarnessError {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  if (/no image found in (manifest list|image index) for/.test(why))
    return new HarnessError(
      "engine/image-no-platform",
      `${reference} has no image for this machine: ${why}\nFix: ask the vendor for one, or give the program itself with --engine-binary.`,
      { cause: thrown },
    );
  if (/[Dd]igest (did|does) not match|does not match (provided )?manifest digest/.test(why))
    return new HarnessError(
      "engine/digest-mismatch",
      `${reference}: what the registry sent is not what its digest is of; nothing of it is used.\nSaw: ${why}\nFix: compare with what the vendor publishes; get the image elsewhere and give the archive: --engine-image FILE.tar.`,
      { cause: thrown },
    );
  return new HarnessError(
    "engine/download-failed",
    `the image ${reference} could not be had from its registry.\nSaw: ${why}\nFix: see that the registry is reachable from here; or save the image elsewhere and give the archive: --engine-image FILE.tar.`,
    { cause: thrown },
  );
}

/** skopeo, where it is installed. @throws {HarnessError} `machine/tool-missing` */
export function expectSkopeo(image: string): string {
  const skopeo = findProgram("skopeo", withSystemFolders(process.env["PATH"]));
  if (skopeo !== undefined) return skopeo;
  throw new HarnessError(
    "machine/tool-missing",
    isFile(image)
      ? `skopeo is not installed, which brings the image ${image} to a registry.\nFix: sudo apt-get install -y skopeo.`
      : `skopeo is not installed, which gets the image ${image} from its registry.\nFix: sudo apt-get install -y skopeo; or save the image elsewhere and give the archive: --engine-image FILE.tar.`,
  );
}

/** Where skopeo finds the image of a reference, with what it must be told of that registry. */
function sourceOf(reference: string): readonly string[] {
  // skopeo takes no reference with both a tag and a digest: the digest says it all.
  const exact = digestIn(reference) === undefined ? reference : reference.replace(/:[^:/@]+@/, "@");
  // A registry on this very machine is somebody's own, and mostly without a certificate.
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?\//.test(reference);
  return [...(isLocal ? ["--src-tls-verify=false"] : []), `docker://${exact}`];
}

/** Copies an image as its registry has it, for this machine, into an archive. */
async function copyImage(reference: string, archive: string): Promise<void> {
  const skopeo = expectSkopeo(reference);
  await run([skopeo, "copy", "--quiet", ...sourceOf(reference), `oci-archive:${archive}`], {
    timeoutMs: copyMs,
  }).catch((thrown: unknown) => {
    throw copyFailed(reference, thrown);
  });
}

/** How skopeo calls an archive: `docker save` writes a list of its images, `skopeo copy ... oci-archive:` does not. */
async function archiveSource(path: string): Promise<string> {
  const { exitCode } = await run(["tar", "-tf", path, "manifest.json"], {
    timeoutMs: copyMs,
    allowFailure: true,
  });
  return `${exitCode === 0 ? "docker" : "oci"}-archive:${resolve(path)}`;
}

/**
 * Copies an image, as it is, into a registry of ours that has no certificate.
 *
 * @param image - path or reference, as for `openImage`
 * @param to - "172.17.0.2:5000/leakproof/engine:v1"
 * @returns the manifest that the registry has then, JSON
 * @throws {HarnessError} `machine/tool-missing`, `engine/download-failed`, `engine/digest-mismatch`, `engine/image-no-platform`
 */
export async function pushImage(image: string, to: string): Promise<string> {
  const skopeo = expectSkopeo(image);
  const source = isFile(image) ? [await archiveSource(image)] : sourceOf(image);
  await run([skopeo, "copy", "--quiet", "--dest-tls-verify=false", ...source, `docker://${to}`], {
    timeoutMs: copyMs,
  }).catch((thrown: unknown) => {
    throw copyFailed(image, thrown);
  });
  const inspect = [skopeo, "inspect", "--raw", "--tls-verify=false", `docker://${to}`] as const;
  return (await run(inspect, { timeoutMs: copyMs })).stdout;
}

/**
 * Gets an image and unpacks it into the cache, unless it is there already: an archive of `docker save` or of
 * OCI, or a reference, which skopeo copies from its registry.
 *
 * @param image - path or reference; a reference that ends in `@sha256:...` is held against that digest
 * @param cache - directory for unpacked images; made where it is not there
 * @throws {HarnessError} `args/bad-value`, `machine/tool-missing`, `engine/download-failed`, `engine/digest-mismatch`, and as `unpackImage`
 */
export async function openImage(image: string, cache: string): Promise<UnpackedImage> {
  if (isFile(image)) return unpackImage(image, cache);
  checkReference(image);
  await mkdir(cache, { recursive: true });
  const scratch = await mkdtemp(join(cache, "copy-"));
  try {
    const archive = join(scratch, "image.tar");
    await copyImage(image, archive);
    return await unpackImage(archive, cache);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
