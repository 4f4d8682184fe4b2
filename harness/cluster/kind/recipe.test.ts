import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readNodeImageRecipe } from "./recipe.ts";

const real = join(import.meta.dirname, "..", "..", "..", "kind-configs", "node-image");

test("the recipe pins kind, and the Kubernetes that the sandbox runs", async () => {
  const recipe = await readNodeImageRecipe();
  expect(recipe.kind).toMatch(/^v0\.\d+\.\d+$/);
  expect(recipe.kubernetes).toMatch(/^v1\.\d+\.\d+$/);
  expect(recipe.key).toMatch(/^[0-9a-f]{12}$/);
});

test("each change of a file gives another image, and only that part is made anew", async () => {
  const folder = await mkdtemp(join(tmpdir(), "leakproof-recipe-"));
  try {
    await cp(real, folder, { recursive: true });
    const before = await readNodeImageRecipe(folder);
    expect(before.key).toBe((await readNodeImageRecipe()).key);
    await writeFile(join(folder, "tools.packages"), "ipset\n");
    const after = await readNodeImageRecipe(folder);
    expect(after.key).not.toBe(before.key);
    expect(after.rootsKey).not.toBe(before.rootsKey);
    expect(after.programsKey).toBe(before.programsKey);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("another Kubernetes than the control plane's is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "leakproof-recipe-"));
  try {
    await cp(real, folder, { recursive: true });
    const path = join(folder, "programs", "go.mod");
    const goMod = await readFile(path, "utf8");
    await writeFile(path, goMod.replace(/(k8s\.io\/kubernetes) v\S+/, "$1 v1.2.3"));
    await expect(readNodeImageRecipe(folder)).rejects.toThrow(/v1\.2\.3.*both must be the same/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
