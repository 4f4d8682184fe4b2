import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cacheDirectory } from "../../process/cache-directory.js";
import { toolsImageReference } from "./build-node-image.ts";
import type { RunTool } from "./docker.ts";
import { findNodeImage } from "./node-image.ts";
import { type NodeImageRecipe, readNodeImageRecipe } from "./recipe.ts";

let home = "";
let recipe: NodeImageRecipe;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "leakproof-cache-"));
  recipe = await readNodeImageRecipe();
});

afterAll(async () => {
  await rm(home, { recursive: true });
});

function names(): { readonly node: string; readonly tools: string } {
  return {
    node: `leakproof/kind-node:${recipe.kubernetes}-${recipe.key}`,
    tools: toolsImageReference(recipe),
  };
}

/** A daemon that has `images`, and takes `archived` from the archive. */
function daemon(images: readonly string[], archived: readonly string[] = []) {
  const has = new Set(images);
  const loads: string[] = [];
  const runTool: RunTool = async (argv) => {
    const isVersion = argv[1] === "version";
    const known = isVersion || has.has(argv.at(-1) ?? "");
    const stdout = isVersion ? "20.10.24" : `sha256:${"ab".repeat(32)}`;
    return { stdout: known ? stdout : "", stderr: "", exitCode: known ? 0 : 1, durationMs: 1 };
  };
  const load = async (archive: string): Promise<void> => {
    loads.push(archive);
    for (const image of archived) has.add(image);
  };
  return { docker: { runTool, load }, loads };
}

async function find(docker: ReturnType<typeof daemon>["docker"], env: NodeJS.ProcessEnv) {
  return (await findNodeImage({ report: () => undefined, env, docker }))?.source;
}

test("what the daemon has whole is not loaded", async () => {
  const { docker, loads } = daemon(Object.values(names()));
  expect(await find(docker, { XDG_CACHE_HOME: home })).toBe("daemon");
  expect(loads).toEqual([]);
});

test("a daemon that lacks the tools gets them from the archive; without one there is nothing", async () => {
  const { node, tools } = names();
  const env = { XDG_CACHE_HOME: join(home, "filled") };
  const archive = join(cacheDirectory(env), "kind", `node-${recipe.kubernetes}-${recipe.key}.tar.zst`);
  const bare = daemon([node], [node, tools]);
  expect(await find(bare.docker, env)).toBeUndefined();
  await mkdir(dirname(archive), { recursive: true });
  await writeFile(archive, "");
  expect(await find(bare.docker, env)).toBe("cache");
  expect(bare.loads).toEqual([archive]);
  // One that was made before the tools were in it.
  expect(await find(daemon([], [node]).docker, env)).toBeUndefined();
});
