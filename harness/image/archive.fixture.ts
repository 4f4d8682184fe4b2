import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

/** An entry of an archive that a test makes. */
export interface Made {
  readonly name: string;
  /** As in the header: "0" file, "1" hard link, "2" symbolic link, "3" device, "5" directory. */
  readonly type?: "0" | "1" | "2" | "3" | "5";
  readonly content?: string | Buffer;
  readonly linkName?: string;
  readonly mode?: number;
}

const sha256 = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

function block(fields: readonly (readonly [at: number, text: string])[]): Buffer {
  const header = Buffer.alloc(512);
  for (const [at, text] of fields) header.write(text, at, "utf8");
  header.fill(" ", 148, 156);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

function entryOf({ name, type = "0", content = "", linkName = "", mode = 0o644 }: Made): Buffer {
  const body = Buffer.from(content);
  const isLong = Buffer.byteLength(name) > 100;
  const before = isLong
    ? entryOf({ name: "././@LongLink", type: "L" as never, content: `${name}\0` })
    : Buffer.alloc(0);
  const header = block([
    [0, name.slice(0, 100)],
    [100, `${mode.toString(8).padStart(7, "0")}\0`],
    [124, `${body.length.toString(8).padStart(11, "0")}\0`],
    [156, type],
    [157, linkName],
    [257, "ustar\x0000"],
  ]);
  return Buffer.concat([before, header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

/** A tar archive. */
export function tarOf(entries: readonly Made[]): Buffer {
  return Buffer.concat([...entries.map(entryOf), Buffer.alloc(1024)]);
}

/** What an image is made of. */
export interface MadeImage {
  /** Lowest first. */
  readonly layers: readonly (readonly Made[])[];
  readonly entrypoint?: readonly string[];
  readonly env?: readonly string[];
  readonly architecture?: string;
  /** Done to the files before they are packed. */
  readonly spoil?: (files: Map<string, Buffer>) => void;
}

const here = process.arch === "x64" ? "amd64" : process.arch;

function configOf({ layers, entrypoint = ["/engine"], env = [], architecture = here }: MadeImage): Buffer {
  const diffIds = layers.map((layer) => `sha256:${sha256(tarOf(layer))}`);
  return Buffer.from(
    JSON.stringify({
      architecture,
      os: "linux",
      config: { Entrypoint: entrypoint, Env: env },
      rootfs: { type: "layers", diff_ids: diffIds },
    }),
  );
}

async function pack(path: string, files: Map<string, Buffer>, { spoil }: MadeImage): Promise<void> {
  spoil?.(files);
  await writeFile(path, tarOf([...files].map(([name, content]) => ({ name, content }))));
}

/** The files of an image in the layout of OCI, layers compressed, and its digest. */
export function ociFiles(image: MadeImage): { readonly files: Map<string, Buffer>; readonly digest: string } {
  const files = new Map<string, Buffer>();
  const add = (mediaType: string, content: Buffer) => {
    const digest = sha256(content);
    files.set(`blobs/sha256/${digest}`, content);
    return { mediaType, digest: `sha256:${digest}`, size: content.length };
  };
  const kind = "application/vnd.oci.image";
  const config = add(`${kind}.config.v1+json`, configOf(image));
  const layers = image.layers.map((layer) => add(`${kind}.layer.v1.tar+gzip`, gzipSync(tarOf(layer))));
  const manifest = add(
    `${kind}.manifest.v1+json`,
    Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: `${kind}.manifest.v1+json`, config, layers })),
  );
  const platform = { os: "linux", architecture: image.architecture ?? here };
  files.set("oci-layout", Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
  files.set(
    "index.json",
    Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, platform }] })),
  );
  return { files, digest: manifest.digest };
}

/** An archive in the layout of OCI. @returns the image's digest */
export async function writeOciArchive(path: string, image: MadeImage): Promise<string> {
  const { files, digest } = ociFiles(image);
  await pack(path, files, image);
  return digest;
}

/** An archive as `docker save` has it. @returns the image's digest */
export async function writeDockerArchive(path: string, image: MadeImage): Promise<string> {
  const config = configOf(image);
  const name = `${sha256(config)}.json`;
  const files = new Map([[name, config]]);
  const layers = image.layers.map((layer, at) => {
    files.set(`${at}/layer.tar`, tarOf(layer));
    return `${at}/layer.tar`;
  });
  files.set(
    "manifest.json",
    Buffer.from(JSON.stringify([{ Config: name, RepoTags: ["x:1"], Layers: layers }])),
  );
  await pack(path, files, image);
  return `sha256:${sha256(config)}`;
}
