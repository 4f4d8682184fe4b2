import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, writeModule } from "./control-plane.fixture.ts";
import { readPinnedVersions, versionOf } from "./pinned-versions.ts";

test("this project's own module pins all three", async () => {
  const versions = await readPinnedVersions(join(import.meta.dirname, "..", "..", "..", "control-plane"));
  expect(versionOf("etcd", versions)).toMatch(/^v3\.\d+\.\d+$/);
  expect(versionOf("kube-proxy", versions)).toMatch(/^v1\.\d+\.\d+$/);
  expect(versions.go).toMatch(/^1\.\d+/);
});

test("a module that does not pin them is an error that says which", async () => {
  await using folder = await temporaryFolder();
  await writeModule(folder.path);
  expect(await readPinnedVersions(folder.path)).toMatchObject({
    etcd: "v3.9.1",
    kubernetes: "v1.99.2",
    go: "1.26.0",
  });
  // A `replace` of another module of Kubernetes is no pin.
  await writeFile(join(folder.path, "go.mod"), "module x\n\ngo 1.26.0\n\nrequire k8s.io/api v0.36.3\n");
  await expect(readPinnedVersions(folder.path)).rejects.toThrow(/version of k8s.io\/kubernetes/);
});
