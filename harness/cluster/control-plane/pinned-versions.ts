import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProgramName } from "./program.ts";

/** What `control-plane/go.mod` pins: the one place where these versions are written. */
export interface PinnedVersions {
  /** With a leading v: "v1.36.3". */
  readonly kubernetes: string;
  /** With a leading v: "v3.6.16". */
  readonly etcd: string;
  /** The oldest Go that builds them: "1.26.0". */
  readonly go: string;
  /** Sixteen hexadecimal digits over go.mod and go.sum: all that decides what is built. */
  readonly modulesHash: string;
}

/**
 * Reads them from the module in `moduleFolder`.
 *
 * @throws {Error} when go.mod or go.sum is missing, or pins no version of them
 */
export async function readPinnedVersions(moduleFolder: string): Promise<PinnedVersions> {
  const goMod = await readFile(join(moduleFolder, "go.mod"), "utf8");
  const goSum = await readFile(join(moduleFolder, "go.sum"), "utf8");
  const find = (what: string, pattern: RegExp): string => {
    const found = pattern.exec(goMod)?.[1];
    if (found === undefined) throw new Error(`${moduleFolder}/go.mod does not say ${what}`);
    return found;
  };
  return {
    kubernetes: find("the version of k8s.io/kubernetes", /^\s*(?:require )?k8s\.io\/kubernetes (v\S+)/m),
    etcd: find(
      "the version of go.etcd.io/etcd/server/v3",
      /^\s*(?:require )?go\.etcd\.io\/etcd\/server\/v3 (v\S+)/m,
    ),
    go: find("the version of Go", /^go (\S+)/m),
    modulesHash: createHash("sha256").update(goMod).update("\0").update(goSum).digest("hex").slice(0, 16),
  };
}

/** The version that a program of this control plane has. */
export function versionOf(name: ProgramName, versions: PinnedVersions): string {
  return name === "etcd" ? versions.etcd : versions.kubernetes;
}
