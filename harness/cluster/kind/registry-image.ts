import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HarnessError, toHarnessError } from "../../errors/harness-error.ts";
import { downloadPackage } from "../../machine/apt-download.ts";
import { cacheDirectory } from "../../process/cache-directory.js";
import { acquireFileLock } from "../../process/file-lock.js";
import { run } from "../../process/run.ts";
import { toolsImageReference } from "./build-node-image.ts";
import { findImage } from "./docker.ts";
import { readNodeImageRecipe } from "./recipe.ts";

/** The image that everybody runs a registry from. */
const published = "registry:2";
const packageName = "docker-registry";
const recipe = join(import.meta.dirname, "..", "..", "..", "kind-configs", "registry");

/** Where a registry can be reached at all, it gives ten megabytes in this time; where none can, it may say nothing for minutes. */
const pullMs = 60_000;
/** Copying one program into an image takes seconds, on a machine that does much else some minutes. */
const buildMs = 300_000;

/** Makes the image from Debian's package, on the image that engines' images stand on. */
async function build(reference: string, base: string): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), "leakproof-registry-"));
  try {
    const folder = join(context, "package");
    await mkdir(folder);
    const deb = await downloadPackage(packageName, folder);
    await run(["dpkg-deb", "-x", deb, folder], { timeoutMs: buildMs });
    await cp(recipe, context, { recursive: true });
    await cp(join(folder, "usr/bin/docker-registry"), join(context, "docker-registry"));
    await rm(folder, { recursive: true });
    const argument = ["--build-arg", `BASE=${base}`];
    await run(["docker", "build", "--force-rm", ...argument, "--tag", reference, context], {
      timeoutMs: buildMs,
    });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/**
 * The image of a registry: the published one, which docker has or gets; where none can be pulled, one made from
 * the distribution's package, which docker keeps, as it does the image of the nodes.
 *
 * @returns its name
 * @throws {HarnessError} `kind/image-failed`
 */
export async function obtainRegistryImage(report: (line: string) => void): Promise<string> {
  const base = toolsImageReference(await readNodeImageRecipe());
  const own = `leakproof/registry:${base.split(":")[1] ?? ""}`;
  const lock = await acquireFileLock(join(cacheDirectory(), "locks", "kind-registry-image"));
  try {
    for (const known of [published, own]) if ((await findImage(known)) !== undefined) return known;
    report(`docker pull ${published}`);
    const pulled = await run(["docker", "pull", "--quiet", published], {
      timeoutMs: pullMs,
      allowFailure: true,
    }).catch(() => undefined); // It took too long.
    if (pulled?.exitCode === 0) return published;
    report(`no registry gives ${published}: making ${own} from the package ${packageName}`);
    await build(own, base);
    return own;
  } catch (thrown) {
    throw new HarnessError(
      "kind/image-failed",
      `there is no image of a registry for the engines' images.\nSaw: ${toHarnessError(thrown).message}\nFix: \`docker pull ${published}\` where a registry can be reached; else see that \`apt-get download ${packageName}\` works and that \`npm run kind:node-image\` was run; or give the engine's program: --engine-binary.`,
      { cause: thrown },
    );
  } finally {
    lock.release();
  }
}
