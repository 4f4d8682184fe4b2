import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { run } from "../../process/run.ts";

/** The programs of a control plane, as their publishers call them. */
export const programNames = ["etcd", "kube-apiserver", "kube-proxy"] as const;

export type ProgramName = (typeof programNames)[number];

/** A program on this machine. */
export interface Program {
  /** Absolute. */
  readonly path: string;
  /** As the program itself says, with a leading v. */
  readonly version: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

const versionTimeoutMs = 20_000;

/**
 * Asks a program for its version: at the same time the proof that it runs on this machine.
 *
 * @returns with a leading v: "v3.6.16"
 * @throws {Error} a sentence that says what is wrong with it
 */
export async function readProgramVersion(path: string, signal?: AbortSignal): Promise<string> {
  try {
    await access(path, constants.X_OK);
  } catch (cause) {
    throw new Error(`${path} is missing or cannot be executed`, { cause });
  }
  const { stdout } = await run([path, "--version"], {
    timeoutMs: versionTimeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  const version = /^(?:Kubernetes|etcd Version:) v?(\d+\.\d+\.\d+\S*)/m.exec(stdout)?.[1];
  if (version === undefined)
    throw new Error(`${path} --version says: ${stdout.trim().slice(0, 200) || "nothing"}`);
  return `v${version}`;
}

/** The digest of a file, in lower-case hexadecimal. */
export async function digestOf(path: string, algorithm: "sha256" | "sha512"): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest("hex");
}
