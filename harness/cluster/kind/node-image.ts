import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { constants, createZstdCompress, createZstdDecompress } from "node:zlib";
import { cacheDirectory } from "../../process/cache-directory.js";
import { acquireFileLock } from "../../process/file-lock.js";
import { pipeFromCommand, pipeToCommand } from "../../process/pipe.ts";
import { showProgress } from "../control-plane/progress.ts";
import { run } from "../../process/run.ts";
import { buildNodeImage, toolsImageReference } from "./build-node-image.ts";
import { expectDocker, findImage, type RunTool } from "./docker.ts";
import { type NodeImageRecipe, readNodeImageRecipe } from "./recipe.ts";

/** A node image that the docker daemon has. */
export interface NodeImage {
  /** As `docker run` takes it. */
  readonly reference: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly id: string;
  /** Where it was: with the daemon, in the cache, or nowhere yet. */
  readonly source: "daemon" | "cache" | "built";
  /** Its archive in the cache. */
  readonly archive: string;
}

export interface NodeImageOptions {
  readonly report: (line: string) => void;
  /** Where Debian's packages come from. Default: deb.debian.org. */
  readonly mirror?: string;
  readonly signal?: AbortSignal;
  /** Read: XDG_CACHE_HOME, HOME. Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /** docker's part, which a test has another of. */
  readonly docker?: DockerPart;
}

interface DockerPart {
  readonly runTool: RunTool;
  /** Takes in what an archive of ours holds. */
  readonly load: (archive: string, signal: AbortSignal | undefined) => Promise<void>;
}

const realDocker: DockerPart = {
  runTool: run,
  load: (archive, signal) =>
    pipeToCommand(createReadStream(archive), [createZstdDecompress()], ["docker", "load"], signal),
};

/** What the image of a recipe is called. */
function nodeImageReference(recipe: NodeImageRecipe): string {
  return `leakproof/kind-node:${recipe.kubernetes}-${recipe.key}`;
}

function archiveOf(recipe: NodeImageRecipe, cacheFolder: string): string {
  return join(cacheFolder, "kind", `node-${recipe.kubernetes}-${recipe.key}.tar.zst`);
}

/** All that a run takes from docker: the image of the nodes, and the one that engines' images are built on. */
function referencesOf(recipe: NodeImageRecipe): readonly [node: string, tools: string] {
  return [nodeImageReference(recipe), toolsImageReference(recipe)];
}

/** The id of the node image; undefined where the daemon lacks it, or what engines' images are built on. */
async function idOfWhole(recipe: NodeImageRecipe, runTool: RunTool): Promise<string | undefined> {
  const [node, tools] = await Promise.all(
    referencesOf(recipe).map((reference) => findImage(reference, runTool)),
  );
  return tools === undefined ? undefined : node;
}

/**
 * The node image of this checkout's recipe that is here already, with the daemon or in the cache; builds nothing.
 * With it comes the image that engines' images are built on.
 *
 * @throws {HarnessError} `kind/no-docker`, `node/command-failed` where docker does not take the archive
 */
export async function findNodeImage(options: NodeImageOptions): Promise<NodeImage | undefined> {
  const { runTool, load } = options.docker ?? realDocker;
  await expectDocker(runTool);
  const recipe = await readNodeImageRecipe();
  const reference = nodeImageReference(recipe);
  const archive = archiveOf(recipe, cacheDirectory(options.env));
  const id = await idOfWhole(recipe, runTool);
  if (id !== undefined) return { reference, id, source: "daemon", archive };
  if (!existsSync(archive)) return undefined;
  using _progress = showProgress(`loading ${reference} from the cache`, options.report);
  await load(archive, options.signal);
  const loaded = await idOfWhole(recipe, runTool);
  return loaded === undefined ? undefined : { reference, id: loaded, source: "cache", archive };
}

/**
 * Gets the node image: from the daemon, from the cache, else it is built from Debian's packages and the
 * pinned modules, without a registry, and kept in both. Two callers at once share the work.
 *
 * @throws {HarnessError} `kind/*`, `control-plane/*`, `node/command-failed`
 */
export async function obtainNodeImage(options: NodeImageOptions): Promise<NodeImage> {
  const { report, signal } = options;
  await expectDocker();
  const cacheFolder = cacheDirectory(options.env);
  const lock = await acquireFileLock(join(cacheFolder, "locks", "kind-node-image"), {
    onWait: (pid) => report(`waiting for another run (process ${pid}) that makes the node image`),
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    const found = await findNodeImage(options);
    if (found !== undefined) return found;
    const recipe = await readNodeImageRecipe();
    const reference = nodeImageReference(recipe);
    const id = await buildNodeImage({ ...options, recipe, cacheFolder, reference });
    const archive = archiveOf(recipe, cacheFolder);
    await saveArchive(referencesOf(recipe), archive, options);
    return { reference, id, source: "built", archive };
  } finally {
    lock.release();
  }
}

async function saveArchive(
  references: readonly [string, ...string[]],
  archive: string,
  { report, signal }: NodeImageOptions,
): Promise<void> {
  using _progress = showProgress(`keeping ${references.join(" and ")} in the cache`, report);
  await mkdir(dirname(archive), { recursive: true });
  const part = `${archive}.part`;
  // Fast: it is read as often as it is written, and both are waited for.
  const compress = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } });
  try {
    await pipeFromCommand(["docker", "save", ...references], [compress], createWriteStream(part), signal);
    await rename(part, archive);
  } finally {
    await rm(part, { force: true });
  }
}
