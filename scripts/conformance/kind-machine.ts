import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { toolsImageReference } from "../../harness/cluster/kind/build-node-image.ts";
import { expectDocker } from "../../harness/cluster/kind/docker.ts";
import { makeEngineImage } from "../../harness/cluster/kind/engine-image.ts";
import { type KindFleet, openKindFleet } from "../../harness/cluster/kind/fleet.ts";
import { type ImageArchive, saveImage } from "../../harness/cluster/kind/load.ts";
import { createKindPool } from "../../harness/cluster/kind/pool.ts";
import { readNodeImageRecipe } from "../../harness/cluster/kind/recipe.ts";
import { reapKindClusters } from "../../harness/cluster/kind/reap.ts";
import { readTopology } from "../../harness/cluster/kind/topology.ts";
import type { ClusterPool } from "../../harness/cluster/cluster.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { run } from "../../harness/process/run.ts";
import type { Payload } from "./payload.ts";
import { checkout } from "./plan-run.ts";

/**
 * Whether clusters of kind can be on this machine, before anything is made.
 *
 * @throws {HarnessError} `kind/no-docker`, `kind/tool-missing`
 */
export async function expectKindMachine(): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new HarnessError(
      "kind/tool-missing",
      "--provider kind needs root: it enters the namespaces of docker's containers.\nFix: run it with sudo.",
    );
  }
  await expectDocker();
}

/** Whatever the inside could not delete any more. */
export async function leaveNoClusters(runId: string): Promise<void> {
  for (const { containers } of await reapKindClusters({ only: [runId] }))
    process.stderr.write(`removed what was left: ${containers.join(", ")}\n`);
}

/** What is put into an engine's image: its program; one of this project comes with the rest of it, and with Node. */
function pathsOf(program: string): readonly string[] {
  if (!program.startsWith(checkout)) return [program];
  const parts = ["engines", "harness", "package.json"].map((name) => join(checkout, name));
  return [process.execPath, ...parts];
}

interface EngineArchives {
  readonly images: ReadonlyMap<string, string>;
  readonly archives: readonly ImageArchive[];
}

/** An image for each program of the run, saved once for all nodes. */
async function makeImages(payload: Payload, directory: string): Promise<EngineArchives> {
  const base = toolsImageReference(await readNodeImageRecipe());
  const images = new Map<string, string>();
  const archives: ImageArchive[] = [];
  for (const [label, { path }] of Object.entries(payload.programs)) {
    if (images.has(path)) continue;
    const engine = label.replace(/[^a-z0-9.-]+/g, "-");
    const reference = await makeEngineImage({ engine, base, paths: pathsOf(path) });
    const archive = await saveImage(reference, join(directory, `${basename(path)}-${images.size}.tar`), run);
    images.set(path, archive.reference);
    archives.push(archive);
  }
  return { images, archives };
}

/** What the run found and took, beside the report: how long clusters and images took, and the host's settings. */
async function writeTimings(directory: string, fleet: KindFleet): Promise<void> {
  const clusters = fleet.clusters().map((cluster) => ({ name: cluster.name, ...cluster.timings() }));
  const { versions, sysctls } = fleet;
  const text = JSON.stringify({ versions, sysctls, clusters }, undefined, 2);
  await writeFile(join(directory, "kind.json"), `${text}\n`);
}

/**
 * The clusters of a run on kind: made when they are first asked for, with the images of all its engines.
 *
 * @throws {HarnessError} `kind/*`
 */
export async function openKindPool(
  payload: Payload,
  size: number,
  stop: AbortController,
): Promise<ClusterPool> {
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  const directory = join(payload.directory, "kind");
  await mkdir(directory, { recursive: true });
  const { runId } = payload;
  const fleet = await openKindFleet({ runId, directory, nodes: size, report, signal: stop.signal });
  const scratch = await mkdtemp(join(tmpdir(), "leakproof-kind-"));
  const engines = await makeImages(payload, scratch);
  // Without a kube-proxy: the tables of the node are the engine's.
  const topology = await readTopology("no-kube-proxy");
  const pool = createKindPool({ fleet, topology, size, ...engines });
  return {
    acquireCluster: (signal) => pool.acquireCluster(signal),
    async [Symbol.asyncDispose]() {
      await writeTimings(payload.directory, fleet);
      await rm(scratch, { recursive: true, force: true });
      await pool[Symbol.asyncDispose]();
    },
  };
}
