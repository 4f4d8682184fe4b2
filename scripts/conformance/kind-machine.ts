import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { toolsImageReference } from "../../harness/cluster/kind/build-node-image.ts";
import { expectDocker } from "../../harness/cluster/kind/docker.ts";
import { makeEngineArchive } from "../../harness/cluster/kind/engine-image.ts";
import { type KindFleet, openKindFleet } from "../../harness/cluster/kind/fleet.ts";
import type { EngineImages } from "../../harness/cluster/kind/container-node.ts";
import type { LoadableImage } from "../../harness/cluster/kind/load.ts";
import { createKindPool } from "../../harness/cluster/kind/pool.ts";
import { readNodeImageRecipe } from "../../harness/cluster/kind/recipe.ts";
import { reapKindClusters } from "../../harness/cluster/kind/reap.ts";
import { type ImageRegistry, openRegistry } from "../../harness/cluster/kind/registry.ts";
import { readTopology } from "../../harness/cluster/kind/topology.ts";
import type { ClusterPool } from "../../harness/cluster/cluster.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { expectSkopeo } from "../../harness/image/open-image.ts";
import type { ResolvedProgram } from "../../harness/run/programs.ts";
import type { EngineProgramEntry, Payload } from "./payload.ts";
import { checkout } from "./plan-run.ts";

/**
 * Whether clusters of kind can be on this machine, and the programs on them, before anything is made.
 *
 * @param programs - of the run
 * @throws {HarnessError} `kind/no-docker`, `kind/tool-missing`, `machine/tool-missing`
 */
export async function expectKindMachine(programs: readonly ResolvedProgram[]): Promise<void> {
  for (const { image } of programs) if (image !== undefined) expectSkopeo(image.from);
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

type Program = Pick<EngineProgramEntry, "path" | "image">;

/** A registry, where one of the engines is an image already. */
async function openRegistryFor(
  { programs, runId }: Pick<Payload, "programs" | "runId">,
  report: (line: string) => void,
): Promise<ImageRegistry | undefined> {
  if (Object.values(programs).every(({ image }) => image === undefined)) return undefined;
  return await openRegistry({ runId, report });
}

/**
 * An image for each engine of a run: its vendor's as it is, by the registry; else one around the program, saved once
 * for all nodes.
 *
 * @param programs - engine label -> program
 */
export async function makeEngineImages(
  programs: Readonly<Record<string, Program>>,
  directory: string,
  registry?: ImageRegistry,
): Promise<EngineImages> {
  const base = toolsImageReference(await readNodeImageRecipe());
  const images = new Map<string, LoadableImage>();
  for (const [label, { path, image }] of Object.entries(programs)) {
    if (images.has(path)) continue;
    const engine = label.replace(/[^a-z0-9.-]+/g, "-");
    if (image === undefined || registry === undefined) {
      const archive = join(directory, `${basename(path)}-${images.size}.tar`);
      images.set(path, await makeEngineArchive({ engine, base, paths: pathsOf(path) }, archive));
    } else {
      const tag = image.digest.replace("sha256:", "").slice(0, 12);
      images.set(path, await registry.push(image.from, `engine-${engine}:${tag}`));
    }
  }
  return images;
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
 * @param limits - how many clusters may be up at once, and how many nodes its scenarios ask for
 * @throws {HarnessError} `kind/*`
 */
export async function openKindPool(
  payload: Payload,
  { size, nodes }: { readonly size: number; readonly nodes: number },
  stop: AbortController,
): Promise<ClusterPool> {
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  const directory = join(payload.directory, "kind");
  await mkdir(directory, { recursive: true });
  const { runId } = payload;
  const scratch = await mkdtemp(join(tmpdir(), "leakproof-kind-"));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(scratch, { recursive: true, force: true }));
  await expectDocker();
  const registry = await openRegistryFor(payload, report);
  if (registry !== undefined) undo.use(registry);
  // Without a kube-proxy: the tables of the node are the engine's.
  const topology = await readTopology(nodes > 1 ? "no-kube-proxy-worker" : "no-kube-proxy");
  const shared = registry === undefined ? {} : { registry };
  const fleet = await openKindFleet({
    runId,
    directory,
    nodes: size * topology.nodes.length,
    report,
    signal: stop.signal,
    ...shared,
  });
  const images = await makeEngineImages(payload.programs, scratch, registry);
  const pool = undo.use(createKindPool({ fleet, topology, size, images }));
  undo.defer(() => writeTimings(payload.directory, fleet));
  const owned = undo.move();
  return {
    acquireCluster: (signal) => pool.acquireCluster(signal),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
