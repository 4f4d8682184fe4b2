import { z } from "zod";
import { HarnessError } from "../../errors/harness-error.ts";
import type { RunTool } from "./docker.ts";
import { execInNode, type KindNode } from "./kind-node.ts";

interface NamedImage {
  /** As pods name it: "docker.io/leakproof/engine-reference:0.1.0". */
  readonly reference: string;
  /** Digest of its configuration, by which every runtime knows it: `sha256:` and 64 hexadecimal digits. */
  readonly id: string;
}

/** An image in an archive of `docker save`. */
export interface ImageArchive extends NamedImage {
  readonly path: string;
}

/** An image in a registry beside the clusters. */
export interface RegistryImage extends NamedImage {
  /** What it is called by nodes in a docker network, which the registry joins: "172.29.7.3:5000/leakproof/engine:v1". */
  nameIn(network: string): Promise<string>;
}

/** An image that can be brought to nodes. */
export type LoadableImage = ImageArchive | RegistryImage;

/** How long an image took to come to a node. */
export interface LoadTiming {
  readonly node: string;
  readonly reference: string;
  readonly ms: number;
  readonly tries: number;
  /** It was there already. */
  readonly wasThere: boolean;
}

const loadTimeoutMs = 300_000;
const triesToLoad = 3;

const entrySchema = z.object({ Config: z.string() });
const manifestSchema = z.tuple([entrySchema], entrySchema);

/** In an archive of docker an image has a short name; a container runtime spells it out. */
export function fullReference(reference: string): string {
  const [first = "", ...rest] = reference.split("/");
  if (rest.length === 0) return `docker.io/library/${reference}`;
  return /[.:]|^localhost$/.test(first) ? reference : `docker.io/${reference}`;
}

/**
 * Saves an image as one archive for all nodes.
 *
 * @throws {HarnessError} `kind/load-failed` where docker has no such image
 */
export async function saveImage(reference: string, path: string, runTool: RunTool): Promise<ImageArchive> {
  const saved = await runTool(["docker", "save", "--output", path, reference], {
    timeoutMs: loadTimeoutMs,
    allowFailure: true,
  });
  if (saved.exitCode !== 0) {
    throw new HarnessError(
      "kind/load-failed",
      `docker could not save ${reference} for the nodes.\nSaw: ${saved.stderr.trim().slice(-500)}\nFix: build or pull it first: \`docker image ls ${reference}\` must show it.`,
    );
  }
  const { stdout } = await runTool(["tar", "-xOf", path, "manifest.json"], { timeoutMs: loadTimeoutMs });
  const [manifest] = manifestSchema.parse(JSON.parse(stdout));
  const digest = /([0-9a-f]{64})(?:\.json)?$/.exec(manifest.Config)?.[1] ?? "";
  return { path, reference: fullReference(reference), id: `sha256:${digest}` };
}

/** An image is a manifest, or an index of them; each names a configuration or further manifests by digest. */
const contentSchema = z.object({
  config: z.object({ digest: z.string() }).optional(),
  manifests: z.array(z.object({ digest: z.string() })).default([]),
});

/** Prints the content that a name of containerd's, or the content that a digest, leads to. */
const readContent = `set -e
digest=$1
case $digest in sha256:*) ;; *) digest=$(ctr --namespace=k8s.io images ls "name==$1" | awk 'NR == 2 {print $3}') ;; esac
[ -n "$digest" ] || { echo "no such image" >&2; exit 1; }
exec ctr --namespace=k8s.io content get "$digest"`;

/** The ids under which the node's runtime knows the image, one for each platform; why none, where it does not. */
async function idsOnNode(
  node: KindNode,
  name: string,
  runTool: RunTool,
): Promise<{ readonly ids: readonly string[]; readonly said: string }> {
  const argv = ["sh", "-c", readContent, "read", name];
  const { exitCode, stdout, stderr } = await execInNode(node, argv, runTool, { allowFailure: true });
  if (exitCode !== 0) return { ids: [], said: stderr.trim().slice(-300) };
  const { config, manifests } = contentSchema.parse(JSON.parse(stdout));
  const deeper = await Promise.all(manifests.map(({ digest }) => idsOnNode(node, digest, runTool)));
  return {
    ids: [...(config === undefined ? [] : [config.digest]), ...deeper.flatMap(({ ids }) => ids)],
    said: deeper.map(({ said }) => said).join("; "),
  };
}

/** The registry's name for it differs between clusters, and pods have one. */
const pull = `ctr --namespace=k8s.io images pull --plain-http "$1" >/dev/null
ctr --namespace=k8s.io images tag --force "$1" "$2"
ctr --namespace=k8s.io images rm "$1"`;

/** Has a node's runtime take an image in; whether it did is looked at afterwards. */
async function bring(node: KindNode, image: LoadableImage, runTool: RunTool): ReturnType<RunTool> {
  const options = { timeoutMs: loadTimeoutMs, allowFailure: true };
  if ("path" in image) {
    const script = 'exec docker exec -i "$1" ctr --namespace=k8s.io images import - <"$2"';
    return runTool(["sh", "-c", script, "load", node.name, image.path], options);
  }
  const name = await image.nameIn(node.network);
  return execInNode(node, ["sh", "-ec", pull, "pull", name, image.reference], runTool, options);
}

/**
 * Brings an image to a node, and looks whether it is there with its digest: a load may end well and leave
 * nothing. The caller has seen the node Ready.
 *
 * @throws {HarnessError} `kind/load-failed` after three tries, with the reason of each
 */
export async function loadOnNode(
  node: KindNode,
  image: LoadableImage,
  runTool: RunTool,
): Promise<LoadTiming> {
  const began = performance.now();
  const timing = (tries: number): LoadTiming => ({
    node: node.name,
    reference: image.reference,
    ms: Math.round(performance.now() - began),
    tries,
    wasThere: tries === 0,
  });
  if ((await idsOnNode(node, image.reference, runTool)).ids.includes(image.id)) return timing(0);
  const reasons: string[] = [];
  for (let tries = 1; tries <= triesToLoad; tries++) {
    const loaded = await bring(node, image, runTool);
    const { ids, said } = await idsOnNode(node, image.reference, runTool);
    if (ids.includes(image.id)) return timing(tries);
    reasons.push(
      loaded.exitCode === 0
        ? `it was loaded, and the node has ${ids.join(", ") || `nothing: ${said}`}`
        : `exit code ${loaded.exitCode}: ${loaded.stderr.trim().slice(-300)}`,
    );
  }
  throw new HarnessError(
    "kind/load-failed",
    `${image.reference} (${image.id}) is not on ${node.name} after ${triesToLoad} tries.\n` +
      `Saw: ${reasons.join("\n     ")}\nFix: look at the free space of docker's data (\`docker system df\`), and load it by hand to see more: \`kind load image-archive\`.`,
  );
}
