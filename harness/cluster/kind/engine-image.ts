import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cacheDirectory } from "../../process/cache-directory.js";
import { acquireFileLock } from "../../process/file-lock.js";
import { run } from "../../process/run.ts";
import { findImage } from "./docker.ts";
import { type ImageArchive, saveImage } from "./load.ts";

export interface EngineImageOptions {
  /** For its name: "kube-proxy". */
  readonly engine: string;
  /** The image that the engine's tools come from. */
  readonly base: string;
  /** Host paths of what is put in, files and directories; each has the same path in the image. */
  readonly paths: readonly string[];
}

const buildTimeoutMs = 900_000;

/** Lays out what is put in, and names the image by that and by its base. */
async function layOut({ engine, base, paths }: EngineImageOptions, context: string): Promise<string> {
  const digest = createHash("sha256").update(base);
  for (const path of paths) {
    const target = join(context, "root", path);
    await mkdir(dirname(target), { recursive: true });
    await cp(path, target, { recursive: true, dereference: true });
  }
  const list = 'cd "$1"; find . -type f | sort | xargs -d "\\n" sha256sum';
  const argv = ["sh", "-ec", list, "digest", join(context, "root")] as const;
  const { stdout } = await run(argv, { timeoutMs: 120_000 });
  return `leakproof/engine-${engine}:${digest.update(stdout).digest("hex").slice(0, 12)}`;
}

/**
 * Makes the image of an engine, its program where the host has it on a base with the tools that write rules,
 * and saves it. docker keeps it only where it had it before.
 *
 * @param path - of the archive
 * @throws {HarnessError} `node/command-failed`, `kind/load-failed`
 */
export async function makeEngineArchive(options: EngineImageOptions, path: string): Promise<ImageArchive> {
  const context = await mkdtemp(join(tmpdir(), "leakproof-engine-"));
  // Another run may make the same one: neither takes it from the other before it is saved.
  const lock = await acquireFileLock(join(cacheDirectory(), "locks", "kind-engine-images"));
  try {
    const reference = await layOut(options, context);
    const wasThere = (await findImage(reference)) !== undefined;
    if (!wasThere) {
      await writeFile(join(context, "Dockerfile"), `FROM ${options.base}\nCOPY root/ /\n`);
      await run(["docker", "build", "--force-rm", "--tag", reference, context], {
        timeoutMs: buildTimeoutMs,
      });
    }
    try {
      return await saveImage(reference, path, run);
    } finally {
      if (!wasThere)
        await run(["docker", "image", "rm", reference], { timeoutMs: 60_000, allowFailure: true });
    }
  } finally {
    lock.release();
    await rm(context, { recursive: true, force: true });
  }
}
