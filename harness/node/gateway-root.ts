import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { GatewayPod } from "../model/engine.ts";
import { show } from "./isolate.ts";

/** A gateway's pod as it lies on the host. */
export interface GatewayRoot {
  /** Options of bwrap that make its root. */
  readonly options: readonly string[];
  /** What stands in front of the PATH of its commands. */
  readonly path: string | undefined;
}

/** Programs and libraries of the host, wherever it keeps them. */
const programs = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix/store"];

/** What programs read in /etc to find libraries, alternatives and names of numbers; no configuration of anybody's. */
const settings = [
  "alternatives",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "protocols",
  "services",
  "nsswitch.conf",
  "iproute2",
  "ethertypes",
].map((name) => `/etc/${name}`);

/** A link in /etc may lead anywhere: its content is shown. */
function showContent(path: string): readonly string[] {
  return existsSync(path) ? ["--ro-bind", path, path] : [];
}

/**
 * Lays out the root of a gateway's pod: the host's programs, the pod's own files, and nothing else of the
 * host. What it writes lives in `directory`, which is emptied first.
 *
 * @param xtablesLock - host file that all who change the node's legacy tables lock
 * @param readable - host paths of tools that lie elsewhere
 */
export async function layOutGateway(
  directory: string,
  pod: GatewayPod,
  { xtablesLock, readable }: { readonly xtablesLock: string; readonly readable: readonly string[] },
): Promise<GatewayRoot> {
  await rm(directory, { recursive: true, force: true });
  const run = join(directory, "run");
  await mkdir(run, { recursive: true });
  const options = ["--tmpfs", "/", ...programs.flatMap(show), ...settings.flatMap(showContent)];
  options.push(...readable.flatMap((path) => ["--ro-bind", path, path]));
  options.push("--bind", run, "/run", "--bind", xtablesLock, "/run/xtables.lock", "--tmpfs", "/tmp");
  for (const path of pod.writable) {
    const place = join(directory, "writable", path);
    await mkdir(place, { recursive: true });
    options.push("--bind", place, path);
  }
  for (const [path, content] of Object.entries(pod.files)) {
    const place = join(directory, "files", path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, content, { mode: 0o755 });
    options.push("--ro-bind", place, path);
  }
  return { options, path: pod.path };
}
