import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { run } from "../../harness/process/run.ts";
import type { PublishedProgram } from "./spec.ts";

/** A download may take this long, in ms. */
const downloadMs = 10 * 60_000;

const digestOf = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

async function download(url: string): Promise<Uint8Array> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(downloadMs) });
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    // fetch() itself only says "fetch failed"; the reason is its cause.
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    throw new HarnessError(
      "engine/download-failed",
      `${url}: ${reason instanceof Error ? reason.message : String(reason)}.\nFix: see that the URL is reachable from here, or get the program by hand and give it with --engine-binary.`,
      { cause },
    );
  }
}

/**
 * Fetches what a publisher offers, and unpacks the program where it is a member of an archive. Nothing of
 * what was fetched is unpacked before its digest is right. What was fetched once is not fetched again: the
 * program lies in a folder that has the name of the digest.
 *
 * @param directory - for programs of engines; made where it is not there
 * @returns path of the program
 * @throws {HarnessError} `engine/download-failed`, `engine/digest-mismatch`
 */
export async function fetchProgram(
  { url, sha256, member }: PublishedProgram,
  directory: string,
): Promise<string> {
  const target = join(directory, sha256, basename(member ?? new URL(url).pathname));
  if (existsSync(target)) return target;
  const content = await download(url);
  const digest = digestOf(content);
  if (digest !== sha256)
    throw new HarnessError(
      "engine/digest-mismatch",
      `${url} is not what was asked for.\nSaw: sha256 ${digest}; asked for: ${sha256}.\nFix: see what the publisher publishes, and put that digest into suites/nightly.yaml.`,
    );
  await mkdir(dirname(target), { recursive: true });
  const scratch = await mkdtemp(join(directory, "fetch-"));
  try {
    const fetched = join(scratch, "fetched");
    await writeFile(fetched, content);
    if (member !== undefined) await unpack(fetched, member, scratch);
    const program = member === undefined ? fetched : join(scratch, member);
    await chmod(program, 0o755);
    await rename(program, target);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return target;
}

async function unpack(archive: string, member: string, scratch: string): Promise<void> {
  await run(["tar", "-xzf", archive, "-C", scratch, "--", member], { timeoutMs: 120_000 }).catch(
    (cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new HarnessError(
        "engine/download-failed",
        `the archive has no "${member}" that can be unpacked: ${why}\nFix: \`tar -tzf\` lists its members; put the right one into suites/nightly.yaml.`,
        { cause },
      );
    },
  );
}
