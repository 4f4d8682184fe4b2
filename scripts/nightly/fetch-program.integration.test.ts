import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { run } from "../../harness/process/run.ts";
import { fetchProgram } from "./fetch-program.ts";

const program = Buffer.from("#!/bin/sh\necho engine\n");
const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

let folder = "";
let server: Server;
let base = "";
let asked = 0;
let archive: Buffer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "leakproof-fetch-"));
  const content = join(folder, "content");
  await mkdir(join(content, "bin"), { recursive: true });
  await writeFile(join(content, "bin/engine"), program);
  await chmod(join(content, "bin/engine"), 0o644);
  await run(["tar", "-czf", join(folder, "engine.tar.gz"), "-C", content, "bin/engine"], {
    timeoutMs: 10_000,
  });
  archive = await readFile(join(folder, "engine.tar.gz"));
  asked = 0;
  server = createServer((request, response) => {
    asked += 1;
    const body = { "/engine": program, "/engine.tar.gz": archive }[request.url ?? ""];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});

afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const target = (): string => join(folder, "programs");

it("fetches a program once, and makes it one that can be run", async () => {
  const published = { url: `${base}/engine`, sha256: sha256(program) };
  const path = await fetchProgram(published, target());
  expect(await readFile(path)).toEqual(program);
  expect((await stat(path)).mode & 0o777).toBe(0o755);
  expect(await fetchProgram(published, target())).toBe(path);
  expect(asked).toBe(1);
});

it("takes the program out of an archive, and leaves nothing else", async () => {
  const published = { url: `${base}/engine.tar.gz`, sha256: sha256(archive), member: "bin/engine" };
  const path = await fetchProgram(published, target());
  expect(await readFile(path)).toEqual(program);
  expect(await readdir(target())).toEqual([published.sha256]);
  expect((await run([path], { timeoutMs: 10_000 })).stdout).toBe("engine\n");
});

it("keeps nothing of what is not what was asked for", async () => {
  const wanted = { url: `${base}/engine`, sha256: "0".repeat(64) };
  await expect(fetchProgram(wanted, target())).rejects.toMatchObject({ code: "engine/digest-mismatch" });
  await expect(readdir(target())).rejects.toThrow("ENOENT");
});

it("says what is not to be had", async () => {
  const absent = { url: `${base}/other`, sha256: "0".repeat(64) };
  await expect(fetchProgram(absent, target())).rejects.toThrow("HTTP status 404");
  const member = { url: `${base}/engine.tar.gz`, sha256: sha256(archive), member: "bin/other" };
  await expect(fetchProgram(member, target())).rejects.toMatchObject({ code: "engine/download-failed" });
  const nobody = { url: "http://127.0.0.1:1/x", sha256: "0".repeat(64) };
  await expect(fetchProgram(nobody, target())).rejects.toMatchObject({ code: "engine/download-failed" });
});
