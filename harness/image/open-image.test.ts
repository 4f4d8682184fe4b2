import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeDockerArchive } from "./archive.fixture.ts";
import { openImage } from "./open-image.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "leakproof-open-image-"));
});
afterEach(async () => rm(folder, { recursive: true }));

it("takes a path for a file", async () => {
  const archive = join(folder, "x.tar");
  const digest = await writeDockerArchive(archive, {
    layers: [[{ name: "engine", content: "x", mode: 0o755 }]],
  });
  expect(await openImage(archive, join(folder, "cache"))).toMatchObject({ digest, program: "/engine" });
});

it.each(["a b", "-x", "ghcr.io/x/y@sha256:12", "x;y"])(
  "%s is neither a file nor a reference",
  async (image) => {
    await expect(openImage(image, join(folder, "cache"))).rejects.toMatchObject({ code: "args/bad-value" });
  },
);
