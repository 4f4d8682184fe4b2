import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../../process/run.ts";
import { findImage } from "./docker.ts";

export interface EngineImageOptions {
  /** For its name: "kube-proxy". */
  readonly engine: string;
  /** The image that the engine's tools come from. */
  readonly base: string;
  /** Host paths of what is put in, files and directories; each has the same path in the image. */
  readonly paths: readonly string[];
}

const buildTimeoutMs = 900_000;

/**
 * Makes the image of an engine: its program where the host has it, on a base with the tools that write rules.
 * What it is made of decides its name, so that it is made once.
 *
 * @returns its reference, which docker has
 * @throws {HarnessError} `node/command-failed`
 */
export async function makeEngineImage({ engine, base, paths }: EngineImageOptions): Promise<string> {
  const context = await mkdtemp(join(tmpdir(), "leakproof-engine-"));
  try {
    const digest = createHash("sha256").update(base);
    for (const path of paths) {
      const target = join(context, "root", path);
      await mkdir(dirname(target), { recursive: true });
      await cp(path, target, { recursive: true, dereference: true });
    }
    const { stdout } = await run(
      [
        "sh",
        "-ec",
        'cd "$1"; find . -type f | sort | xargs -d "\\n" sha256sum',
        "digest",
        join(context, "root"),
      ],
      { timeoutMs: 120_000 },
    );
    const reference = `leakproof/engine-${engine}:${digest.update(stdout).digest("hex").slice(0, 12)}`;
    if ((await findImage(reference)) !== undefined) return reference;
    await writeFile(join(context, "Dockerfile"), `FROM ${base}\nCOPY root/ /\n`);
    await run(["docker", "build", "--force-rm", "--tag", reference, context], { timeoutMs: buildTimeoutMs });
    return reference;
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}
