import { mkdtemp, mkdtempDisposable, readdir, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProgram, withSystemFolders } from "../machine/host-tools.js";
import { ociFiles } from "./archive.fixture.ts";
import { openImage } from "./open-image.ts";

const hasSkopeo = findProgram("skopeo", withSystemFolders(process.env["PATH"])) !== undefined;
if (!hasSkopeo) console.log("registries are not tried: skopeo is not installed");

const { files, digest } = ociFiles({ layers: [[{ name: "engine", content: "x", mode: 0o755 }]] });
const foreign = ociFiles({
  layers: [[{ name: "engine", content: "y", mode: 0o755 }]],
  architecture: "s390x",
});
/** What a registry that lies sends in place of a layer. */
const lie = Buffer.from("another layer");

/** As much of a registry as a pull needs: manifests and blobs, by what stands in their paths. */
function serve(): Server {
  return createServer((request, response) => {
    const [, name = "", kind = "", reference = ""] =
      /^\/v2\/([a-z]+)\/(manifests|blobs)\/(.+)$/.exec(request.url ?? "") ?? [];
    const own = name === "foreign" ? foreign : { files, digest };
    // Whatever is asked for by a digest that it does not have, it gives what it has.
    const found =
      kind === "manifests"
        ? own.files.get(`blobs/${own.digest.replace(":", "/")}`)
        : own.files.get(`blobs/${reference.replace(":", "/")}`);
    if (request.url === "/v2/") return response.end("{}");
    if (found === undefined) return response.writeHead(404).end();
    const isLayer = kind === "blobs" && found[0] === 0x1f;
    response.setHeader(
      "Content-Type",
      kind === "manifests" ? "application/vnd.oci.image.manifest.v1+json" : "application/octet-stream",
    );
    return response.end(name === "liar" && isLayer ? lie : found);
  });
}

describe.runIf(hasSkopeo)("a registry", () => {
  let server: Server;
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "leakproof-registry-"));
    server = serve();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  });
  afterAll(async () => {
    await new Promise((done) => server.close(done));
    await rm(folder, { recursive: true });
  });

  const at = (name: string): string => `127.0.0.1:${(server.address() as AddressInfo).port}/${name}`;
  const open = (reference: string) => openImage(reference, join(folder, "cache"));

  test("gives an image by its tag and by its digest", async () => {
    expect(await open(at("sound:v1"))).toMatchObject({ digest, program: "/engine" });
    expect(await open(at(`sound:v1@${digest}`))).toMatchObject({ digest });
    expect(await readdir(join(folder, "cache"))).toEqual([digest.replace(":", "-")]);
  });

  test.for([
    { what: "another digest", name: `sound:v1@${foreign.digest}`, code: "engine/digest-mismatch" },
    { what: "a layer that is not what its digest is of", name: "liar:v1", code: "engine/digest-mismatch" },
    { what: "an image for another machine", name: "foreign:v1", code: "engine/image-no-platform" },
  ])("is not believed with $what", async ({ name, code }) => {
    await expect(open(at(name))).rejects.toMatchObject({ code });
  });

  test("that does not answer is told by its name", async () => {
    const silent = createServer();
    await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
    const { port } = silent.address() as AddressInfo;
    await new Promise((done) => silent.close(done));
    const opened = open(`127.0.0.1:${port}/x:v1`);
    await expect(opened).rejects.toMatchObject({ code: "engine/download-failed" });
    await expect(opened).rejects.toThrow(`127.0.0.1:${port}/x:v1`);
    await expect(opened).rejects.toThrow("connection refused");
  });
});

test.runIf(!hasSkopeo)("without skopeo a reference is told to need it", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "leakproof-none-"));
  await expect(openImage("127.0.0.1:1/x:v1", folder.path)).rejects.toMatchObject({
    code: "machine/tool-missing",
  });
});
