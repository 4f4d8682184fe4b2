import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startPublisher, temporaryFolder } from "./control-plane.fixture.ts";
import { downloadProgram, Unreachable } from "./download.ts";
import { showProgress } from "./progress.ts";

test("a publisher that falls silent is out of reach, and is not waited for", async () => {
  await using folder = await temporaryFolder();
  await using publisher = await startPublisher(folder.path, "silent");
  await mkdir(join(folder.path, "entry"));
  using progress = showProgress("downloading", () => undefined);
  const download = downloadProgram({
    name: "kube-apiserver",
    version: "v1.99.2",
    target: join(folder.path, "entry", "kube-apiserver"),
    publishers: publisher.publishers,
    progress,
    stallMs: 200,
  });
  await expect(download).rejects.toThrow(Unreachable);
  await expect(download).rejects.toThrow(/silent for 200 ms/);
});
