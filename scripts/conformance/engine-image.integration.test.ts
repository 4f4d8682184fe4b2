import { readFile, realpath, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { obtainControlPlane } from "../../harness/cluster/control-plane.ts";
import { type Made, writeDockerArchive, writeOciArchive } from "../../harness/image/archive.fixture.ts";
import { findProgram, withSystemFolders } from "../../harness/machine/host-tools.js";
import { cacheDirectory } from "../../harness/process/cache-directory.js";
import { run } from "../../harness/process/run.ts";
import { conformance, readReport, temporaryFolder } from "./command.fixture.ts";

/** Where a file of this machine is in an image: what was unpacked into the cache is where it would be installed. */
function placeOf(path: string, folder: string): string {
  return /^\/(usr|lib|lib64)\//.test(path) ? path.slice(1) : join(folder, basename(path));
}

/** A program of this machine with all the libraries that it loads, at the places where it looks for them. */
async function withLibraries(path: string): Promise<readonly Made[]> {
  const { stdout } = await run(["ldd", path], { timeoutMs: 10_000 });
  const libraries = stdout.matchAll(/(\/\S+) \(0x/g);
  return Promise.all(
    [path, ...[...libraries].map(([, library]) => library ?? "")].map(async (each) => ({
      name: placeOf(each, each === path ? "usr/sbin" : "usr/lib"),
      content: await readFile(await realpath(each)),
      mode: 0o755,
    })),
  );
}

async function kubeProxy(): Promise<Made> {
  const programs = await obtainControlPlane({ report: () => undefined });
  if (programs.kubeProxy === undefined) throw new Error("the control plane has no kube-proxy");
  return { name: "opt/kube-proxy", content: await readFile(programs.kubeProxy.path), mode: 0o755 };
}

/** What is unpacked of an image of ours does not stay. */
function unpackedOf(digest: string): AsyncDisposable {
  const path = join(cacheDirectory(), "images", digest.replace(":", "-"));
  return { [Symbol.asyncDispose]: async () => rm(path, { recursive: true, force: true }) };
}

const asked = ["--engine", "kube-proxy/nftables", "--scenario", "service-created-deleted", "--clusters", "1"];
const nft = findProgram("nft", withSystemFolders(process.env["PATH"])) ?? "";

test.concurrent("an engine runs in its image, with the tools of that image, traced, and its report says which", async () => {
  await using folder = await temporaryFolder();
  const archive = join(folder.path, "image.tar");
  const layers = [[await kubeProxy()], await withLibraries(nft)];
  const digest = await writeOciArchive(archive, { layers, entrypoint: ["/opt/kube-proxy"] });
  const out = join(folder.path, "out");
  await using _ = unpackedOf(digest);
  const { code, stdout, stderr } = await conformance([...asked, "--engine-image", archive, "--out", out]);
  expect(code, stdout + stderr).toBe(0);
  const report = await readReport(out);
  expect(report.engines[0]?.program).toMatchObject({
    source: "engine-image",
    path: archive,
    imageDigest: digest,
  });
  expect(report.results[0]).toMatchObject({ verdict: { kind: "pass" }, traced: true });
  expect(report.results[0]?.replay).toContain(`--engine-image ${archive}`);
});

test.concurrent("what the image lacks the machine does not lend", async () => {
  await using folder = await temporaryFolder();
  const archive = join(folder.path, "image.tar");
  const digest = await writeDockerArchive(archive, {
    layers: [[await kubeProxy()]],
    entrypoint: ["/opt/kube-proxy"],
  });
  await using _ = unpackedOf(digest);
  const out = join(folder.path, "out");
  const { code, stdout, stderr } = await conformance([...asked, "--engine-image", archive, "--out", out]);
  expect(code, stdout + stderr).toBe(1);
  expect(JSON.stringify((await readReport(out)).results)).toContain("the engine exits by itself");
  expect(stdout).toMatch(/nft.*(not found|no such file)/i);
});
