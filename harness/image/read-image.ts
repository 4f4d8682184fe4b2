import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { HarnessError } from "../errors/harness-error.ts";
import { checkDigest, type ImageFiles, unreadable } from "./image-files.ts";

/** A layer of an image, as it lies there. */
interface ImageLayer {
  readonly path: string;
  /** SHA-256 of the tar archive when it is not compressed: `sha256:...`. */
  readonly diffId: string;
}

/** An image whose parts were found to be what their digests say. */
export interface Image {
  /** Of its manifest; of its configuration where the archive has no manifest, as those of an older `docker save`. */
  readonly digest: string;
  readonly layers: readonly ImageLayer[];
  /** The program and its first arguments. */
  readonly entrypoint: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Indexes and configurations are read whole. */
const maxJsonBytes = 16 << 20;

const descriptorSchema = z.looseObject({
  mediaType: z.string().optional(),
  digest: z.string(),
  platform: z.looseObject({ architecture: z.string(), os: z.string() }).optional(),
});
const indexSchema = z.looseObject({ manifests: z.array(descriptorSchema) });
const manifestSchema = z.looseObject({ config: descriptorSchema, layers: z.array(descriptorSchema) });
const configSchema = z.looseObject({
  architecture: z.string(),
  os: z.string(),
  config: z
    .looseObject({
      Entrypoint: z.array(z.string()).nullish(),
      Cmd: z.array(z.string()).nullish(),
      Env: z.array(z.string()).nullish(),
    })
    .nullish(),
  rootfs: z.looseObject({ diff_ids: z.array(z.string()) }),
});
const dockerSchema = z.array(z.looseObject({ Config: z.string(), Layers: z.array(z.string()) })).min(1);

type Descriptor = z.infer<typeof descriptorSchema>;

/** Architectures as images have them, by the names of process.arch. */
const architectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386", arm64: "arm64" };

function platformHere(): string {
  return `linux/${architectures[process.arch] ?? process.arch}`;
}

async function readJson<T>(source: string, path: string, schema: z.ZodType<T>): Promise<T> {
  const { size } = await stat(path);
  if (size > maxJsonBytes) throw unreadable(source, "it has an index of more than 16 MiB.");
  try {
    return schema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw unreadable(source, `it is no image: ${why}`, cause);
  }
}

function noPlatform(source: string, there: readonly string[]): HarnessError {
  return new HarnessError(
    "engine/image-no-platform",
    `${source} has no image for ${platformHere()}; it is for ${there.join(", ") || "nothing"}.\nFix: give an image for this machine: \`docker save --platform\`, \`skopeo copy --override-arch\`.`,
  );
}

function blobName(source: string, digest: string): string {
  const [, hex] = /^sha256:([0-9a-f]{64})$/.exec(digest) ?? [];
  if (hex === undefined)
    throw unreadable(source, `it gives the digest "${digest}", which is none of SHA-256.`);
  return `blobs/sha256/${hex}`;
}

/** Path of a part that is named by its digest, which was looked at. */
async function checkedBlob(source: string, files: ImageFiles, digest: string): Promise<string> {
  const path = files.path(blobName(source, digest));
  await checkDigest(source, path, digest);
  return path;
}

const isIndex = ({ mediaType = "" }: Descriptor): boolean => /image\.index|manifest\.list/.test(mediaType);
/** What builders add about an image is for a platform of its own. */
const isAttestation = ({ platform }: Descriptor): boolean => platform?.os === "unknown";

/** The manifest for this machine; an index may lead to further ones. */
async function findManifest(source: string, files: ImageFiles, path: string, depth = 0): Promise<Descriptor> {
  const { manifests } = await readJson(source, path, indexSchema);
  const images = manifests.filter((each) => !isAttestation(each));
  const nameOf = ({ platform }: Descriptor): string =>
    platform === undefined ? "an unnamed platform" : `${platform.os}/${platform.architecture}`;
  const here = images.filter((each) => each.platform === undefined || nameOf(each) === platformHere());
  const [found, ...others] = here;
  if (found === undefined) throw noPlatform(source, images.map(nameOf));
  if (others.length > 0 && new Set(here.map(({ digest }) => digest)).size > 1)
    throw unreadable(source, `it has ${here.length} images, and nothing says which one is meant.`);
  if (!isIndex(found)) return found;
  if (depth > 3) throw unreadable(source, "its indexes lead to indexes without end.");
  return findManifest(source, files, await checkedBlob(source, files, found.digest), depth + 1);
}

function parseEnv(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const at = line.indexOf("=");
      return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );
}

/** What a configuration says, and the layers that belong to it. */
async function describe(
  source: string,
  configPath: string,
  layerPaths: readonly string[],
): Promise<Omit<Image, "digest">> {
  const { architecture, os, config, rootfs } = await readJson(source, configPath, configSchema);
  if (`${os}/${architecture}` !== platformHere()) throw noPlatform(source, [`${os}/${architecture}`]);
  if (rootfs.diff_ids.length !== layerPaths.length)
    throw unreadable(source, `it has ${layerPaths.length} layers, and names ${rootfs.diff_ids.length}.`);
  return {
    layers: layerPaths.map((path, at) => ({ path, diffId: rootfs.diff_ids[at] ?? "" })),
    entrypoint: [...(config?.Entrypoint ?? []), ...(config?.Cmd ?? [])],
    env: parseEnv(config?.Env ?? []),
  };
}

async function readOci(source: string, files: ImageFiles): Promise<Image> {
  const { digest } = await findManifest(source, files, files.path("index.json"));
  const manifest = await readJson(source, await checkedBlob(source, files, digest), manifestSchema);
  const configPath = await checkedBlob(source, files, manifest.config.digest);
  const layers: string[] = [];
  for (const layer of manifest.layers) layers.push(await checkedBlob(source, files, layer.digest));
  return { digest, ...(await describe(source, configPath, layers)) };
}

/** The configuration's name is its digest, and the configuration has those of the layers. */
async function readDocker(source: string, files: ImageFiles): Promise<Image> {
  const [image, ...others] = await readJson(source, files.path("manifest.json"), dockerSchema);
  if (image === undefined || others.length > 0)
    throw unreadable(source, `it has ${others.length + 1} images, and nothing says which one is meant.`);
  const hex = /([0-9a-f]{64})(?:\.json)?$/.exec(image.Config)?.[1];
  if (hex === undefined)
    throw unreadable(source, `its configuration is called "${image.Config}", which is no digest.`);
  const configPath = files.path(image.Config);
  const digest = `sha256:${hex}`;
  await checkDigest(source, configPath, digest);
  const layers = image.Layers.map((name) => files.path(name));
  return { digest, ...(await describe(source, configPath, layers)) };
}

/**
 * Reads an image for this machine, in the layout of OCI or of `docker save`, and holds every part of it but
 * the layers' contents against its digest; those are, as they are unpacked.
 *
 * @param source - for messages
 * @throws {HarnessError} `engine/image-unreadable`, `engine/image-no-platform`, `engine/digest-mismatch`
 */
export async function readImage(source: string, files: ImageFiles): Promise<Image> {
  if (files.has("index.json")) return readOci(source, files);
  if (files.has("manifest.json")) return readDocker(source, files);
  throw unreadable(source, "it has neither an index.json (OCI) nor a manifest.json (docker save).");
}
