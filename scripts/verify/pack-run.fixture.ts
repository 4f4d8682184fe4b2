import { cp, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { parse } from "yaml";
import { manifestSchema } from "../../report/manifest-schema.ts";
import { checkout } from "../conformance/plan-run.ts";
import { createForger } from "./forge.fixture.ts";
import { packedRun } from "./run.fixture.ts";

/** Where this project is said to have been. */
const neutralCheckout = "/src/leakproof";

async function filesOf(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((path) => path.startsWith("attempts/") || path.endsWith(".yaml"))
    .toSorted();
}

/** Takes out where it was made, and seals it anew. */
async function neutralize(directory: string): Promise<void> {
  // A link in a work tree beside another checkout.
  const modules = await realpath(join(checkout, "node_modules"));
  for (const path of await filesOf(directory)) {
    if (path.endsWith(".gz")) continue;
    const text = await readFile(join(directory, path), "utf8");
    const named = text
      .replaceAll(modules, join(neutralCheckout, "node_modules"))
      .replaceAll(checkout, neutralCheckout);
    await writeFile(join(directory, path), named);
  }
  const manifest = manifestSchema.parse(parse(await readFile(join(directory, "manifest.yaml"), "utf8")));
  const forger = createForger({ directory, manifest });
  await forger.manifest((given) => {
    const words = given.run.commandLine;
    const at = words.indexOf("--out");
    const commandLine = at < 0 ? words : words.toSpliced(at, 2);
    return { ...given, run: { ...given.run, commandLine } };
  });
  await forger.seal();
}

/**
 * Packs the directory of a run into a fixture, without the files that are made from others, and without the
 * paths of the machine that it was made on.
 */
export async function packRun(directory: string, file = packedRun, quality = 11): Promise<void> {
  const copy = await mkdtemp(join(tmpdir(), "leakproof-pack-"));
  try {
    await cp(directory, copy, { recursive: true });
    await neutralize(copy);
    const files: Record<string, string> = {};
    for (const path of await filesOf(copy))
      files[path] = (await readFile(join(copy, path))).toString("latin1");
    const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_LARGE_WINDOW } = constants;
    const params = {
      [BROTLI_PARAM_QUALITY]: quality,
      [BROTLI_PARAM_LARGE_WINDOW]: 1,
      [BROTLI_PARAM_LGWIN]: 26,
    };
    await writeFile(file, brotliCompressSync(JSON.stringify(files), { params }));
  } finally {
    await rm(copy, { recursive: true });
  }
}
