import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { HarnessError } from "../../errors/harness-error.ts";
import { cacheDirectory } from "../../process/cache-directory.js";
import { acquireFileLock } from "../../process/file-lock.js";
import { run } from "../../process/run.ts";
import { expectDocker, findImage } from "./docker.ts";
import { createPortSource } from "./free-port.ts";
import { type KindCluster, type KindHost, openKindCluster } from "./kind-cluster.ts";
import { findNodeImage } from "./node-image.ts";
import { obtainNodePrograms } from "./node-programs.ts";
import { readNodeImageRecipe } from "./recipe.ts";
import { runName, shortRunId } from "./run-network.ts";
import { raiseSysctls, type SysctlReport } from "./sysctls.ts";
import type { Topology } from "./topology.ts";

export interface FleetOptions {
  readonly runId: string;
  /** Gets a folder for each cluster. */
  readonly directory: string;
  /** Nodes that are to be up at once, over all clusters. */
  readonly nodes: number;
  /** A published image (`kindest/node:...`); default: the one that `npm run kind:node-image` made. */
  readonly image?: string;
  readonly registry?: KindHost["registry"];
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** The clusters of one run. Disposing it deletes all of them. */
export interface KindFleet extends AsyncDisposable {
  readonly host: KindHost;
  readonly sysctls: readonly SysctlReport[];
  readonly versions: { readonly docker: string; readonly kind: string; readonly image: string };
  clusters(): readonly KindCluster[];
  /** One more cluster, not started yet. */
  open(topology: Topology): KindCluster;
}

/** Creating one takes 15 seconds of processor time: one at a time for two cores. */
function createdAtOnce(): number {
  return Math.max(1, Math.floor(availableParallelism() / 2));
}

/** The image of the nodes; where it is a published one, docker gets it now and not in the middle of a creation. */
async function obtainImage(options: FleetOptions): Promise<string> {
  const { image, report, signal } = options;
  if (image === undefined) {
    const made = await findNodeImage({ report, ...(signal === undefined ? {} : { signal }) });
    if (made !== undefined) return made.reference;
    throw new HarnessError(
      "kind/image-failed",
      "there is no node image for kind.\nFix: `npm run kind:node-image` makes it without a registry (20 minutes, once); with one, give a published image: `--node-image kindest/node:v1.36.1`.",
    );
  }
  if ((await findImage(image)) === undefined) {
    report(`docker pull ${image}`);
    await run(["docker", "pull", "--quiet", image], { timeoutMs: 1_800_000, ...(signal && { signal }) });
  }
  return image;
}

/**
 * Looks for docker, the node image and kind, and raises the sysctls; no cluster yet.
 *
 * @throws {HarnessError} `kind/*`
 */
export async function openKindFleet(options: FleetOptions): Promise<KindFleet> {
  const { runId, registry, report, signal } = options;
  const docker = await expectDocker();
  const sysctls = await raiseSysctls(options.nodes);
  const image = await obtainImage(options);
  const recipe = await readNodeImageRecipe();
  const cacheFolder = cacheDirectory();
  const lock = await acquireFileLock(join(cacheFolder, "locks", "control-plane"));
  const programs = await obtainNodePrograms(["kind"], { recipe, cacheFolder, report }).finally(lock.release);
  const kind = programs.get("kind")?.path ?? "";
  const limit = pLimit(createdAtOnce());
  const host: KindHost = {
    kind,
    runId,
    image,
    // A unified hierarchy has this file at its root.
    isCgroupV1: !existsSync("/sys/fs/cgroup/cgroup.controllers"),
    runTool: run,
    inTurn: (create) => limit(create),
    freePort: createPortSource(Number.parseInt(shortRunId(runId), 16)),
    report,
    ...(registry === undefined ? {} : { registry }),
    ...(signal === undefined ? {} : { signal }),
  };
  const clusters: KindCluster[] = [];
  return {
    host,
    sysctls,
    versions: { docker, kind: recipe.kind, image },
    clusters: () => clusters,
    open(topology) {
      const name = `${runName(runId)}-${clusters.length + 1}`;
      const cluster = openKindCluster(host, { name, topology, directory: join(options.directory, name) });
      clusters.push(cluster);
      return cluster;
    },
    async [Symbol.asyncDispose]() {
      const ended = await Promise.allSettled(clusters.map((cluster) => cluster[Symbol.asyncDispose]()));
      const failed = ended.find((result) => result.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    },
  };
}
