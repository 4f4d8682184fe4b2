import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { chmod, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { HarnessError } from "../../errors/harness-error.ts";
import { run } from "../../process/run.ts";
import type { ProgramName } from "./program.ts";
import type { ShowProgress } from "./progress.ts";

/** Where the publishers offer their programs; no slash at the end. */
export interface Publishers {
  readonly etcd: string;
  readonly kubernetes: string;
}

export const publishers: Publishers = {
  etcd: "https://github.com/etcd-io/etcd/releases/download",
  kubernetes: "https://dl.k8s.io",
};

/** The network does not lead to the publisher, or the publisher has no such file: another source may do. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

export interface DownloadRequest {
  readonly name: ProgramName;
  /** With a leading v. */
  readonly version: string;
  /** Where the program is to be; its folder exists. */
  readonly target: string;
  readonly publishers: Publishers;
  readonly progress: ShowProgress;
  readonly signal?: AbortSignal;
  /** Silence that counts as unreachable, in ms. Default: 20 s. */
  readonly stallMs?: number;
}

const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * Fetches a publisher's own binary and checks it against the digest that the publisher publishes.
 *
 * @throws {Unreachable} when it cannot be had from there
 * @throws {HarnessError} `control-plane/digest-mismatch` when it is complete and is not what was published
 */
export async function downloadProgram(request: DownloadRequest): Promise<void> {
  const architecture = architectures[process.arch];
  if (architecture === undefined) throw new Unreachable(`nothing is published for ${process.arch}`);
  if (request.name === "etcd") await downloadEtcd(request, architecture);
  else await downloadKubernetes(request, architecture);
  await chmod(request.target, 0o755);
}

async function downloadKubernetes(request: DownloadRequest, architecture: string): Promise<void> {
  const { name, version, target } = request;
  const url = `${request.publishers.kubernetes}/${version}/bin/linux/${architecture}/${name}`;
  const published = await fetchText(`${url}.sha512`, request);
  await fetchChecked(
    url,
    target,
    { algorithm: "sha512", published: firstDigest(published, url, 128) },
    request,
  );
}

async function downloadEtcd(request: DownloadRequest, architecture: string): Promise<void> {
  const { version, target } = request;
  const folder = `etcd-${version}-linux-${architecture}`;
  const archive = join(dirname(dirname(target)), `${folder}.tar.gz`);
  const base = `${request.publishers.etcd}/${version}`;
  const sums = await fetchText(`${base}/SHA256SUMS`, request);
  const line = sums.split("\n").find((candidate) => candidate.trim().endsWith(` ${basename(archive)}`)) ?? "";
  const published = firstDigest(line, `${base}/SHA256SUMS for ${basename(archive)}`, 64);
  await fetchChecked(`${base}/${basename(archive)}`, archive, { algorithm: "sha256", published }, request);
  const unpacked = dirname(archive);
  await run(["tar", "-xzf", archive, "-C", unpacked, "--strip-components=1", `${folder}/etcd`], {
    timeoutMs: 60_000,
  });
  await rename(join(unpacked, "etcd"), target);
}

function firstDigest(text: string, source: string, digits: number): string {
  const digest = /^\s*([0-9a-fA-F]+)\b/.exec(text)?.[1]?.toLowerCase();
  if (digest?.length !== digits)
    throw new Unreachable(`${source} holds no digest: ${text.slice(0, 80).trim()}`);
  return digest;
}

async function fetchText(url: string, request: DownloadRequest): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of streamOf(url, request)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function fetchChecked(
  url: string,
  target: string,
  digest: { readonly algorithm: "sha256" | "sha512"; readonly published: string },
  request: DownloadRequest,
): Promise<void> {
  const hash = createHash(digest.algorithm);
  let bytes = 0;
  const observed = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of streamOf(url, request)) {
      hash.update(chunk);
      bytes += chunk.length;
      request.progress.update(`${(bytes / 1e6).toFixed(1)} MB`);
      yield chunk;
    }
  };
  await pipeline(observed, createWriteStream(target));
  const actual = hash.digest("hex");
  if (actual === digest.published) return;
  throw new HarnessError(
    "control-plane/digest-mismatch",
    `${url} is not what its publisher published.\n` +
      `Saw: ${digest.algorithm} ${actual}; published: ${digest.published}.\n` +
      "Fix: something between here and there changes downloads (a proxy, a mirror). Use another network, or `--control-plane build`.",
  );
}

/** The body in chunks; every failure on the way, a body that ends early and silence included, is `Unreachable`. */
async function* streamOf(url: string, request: DownloadRequest): AsyncGenerator<Buffer> {
  const stallMs = request.stallMs ?? 20_000;
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new Error(`silent for ${stallMs} ms`)), stallMs);
  const signals = [stalled.signal, ...(request.signal === undefined ? [] : [request.signal])];
  try {
    const response = await fetch(url, { signal: AbortSignal.any(signals) });
    if (!response.ok || response.body === null) throw new Error(`HTTP status ${response.status}`);
    for await (const chunk of response.body) {
      timer.refresh();
      yield Buffer.from(chunk);
    }
  } catch (error) {
    request.signal?.throwIfAborted();
    throw new Unreachable(`${url}: ${describeFailure(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
    stalled.abort();
  }
}

/** fetch() itself only says "fetch failed"; the reason is its cause. */
function describeFailure(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
