import { HarnessError } from "../../errors/harness-error.ts";
import { type RunTool, expectDocker } from "./docker.ts";
import { run } from "../../process/run.ts";
import { clusterLabel, containersOf } from "./kind-node.ts";
import {
  type Owned,
  isAlive,
  listClusterNetworks,
  listNeighbours,
  namePrefix,
  runName,
} from "./run-network.ts";

/** A cluster, or what stood beside it, that was or would be removed, of a run whose process is gone. */
export interface Reaped {
  readonly runId: string;
  /** Empty for what was in the networks of several. */
  readonly network: string;
  readonly containers: readonly string[];
}

export interface ReapOptions {
  /** Says what would be removed, and removes nothing. */
  readonly dryRun?: boolean;
  /** Of these runs only; default: of every run whose process is gone. */
  readonly only?: readonly string[];
  readonly runTool?: RunTool;
}

const timeoutMs = 120_000;

/** Every container of kind's whose cluster has a name of ours, with the name of that. */
async function containersOfOurs(
  runTool: RunTool,
): Promise<readonly { readonly name: string; readonly cluster: string }[]> {
  const format = `{{.Names}} {{.Label "${clusterLabel}"}}`;
  const argv = ["docker", "ps", "--all", "--filter", `label=${clusterLabel}`, "--format", format] as const;
  const { stdout } = await runTool(argv, { timeoutMs });
  return stdout
    .split("\n")
    .map((line) => line.split(" "))
    .map(([name = "", cluster = ""]) => ({ name, cluster }))
    .filter(({ cluster }) => cluster.startsWith(namePrefix));
}

/**
 * Removes what runs left behind which were killed: registries, clusters of kind with their volumes, then their
 * networks, by their labels. Runs whose process lives are left alone.
 *
 * @throws {HarnessError} `kind/no-docker`; `run/residue` where something could not be removed
 */
export async function reapKindClusters(options: ReapOptions = {}): Promise<readonly Reaped[]> {
  const { dryRun = false, only, runTool = run } = options;
  await expectDocker(runTool);
  const isDead = ({ owner, runId }: Owned): boolean =>
    only === undefined ? !isAlive(owner) : only.includes(runId);
  const reaped: Reaped[] = [];
  // First: they are in the clusters' networks too, which cannot be removed before.
  for (const neighbour of (await listNeighbours(runTool)).filter(isDead)) {
    reaped.push({ runId: neighbour.runId, network: "", containers: [neighbour.name] });
    if (!dryRun) await runTool(["docker", "rm", "--force", "--volumes", neighbour.name], { timeoutMs });
  }
  const networks = await listClusterNetworks(runTool);
  const dead = networks.filter(isDead);
  for (const network of dead) {
    // Not by the network: docker joins a container to it only when it starts.
    const containers = await containersOf(network.name, runTool);
    reaped.push({ runId: network.runId, network: network.name, containers });
    if (!dryRun) await remove(network, containers, runTool);
  }
  // A network is made before its containers and removed after them: docker was still at one when its run was killed.
  const known = new Set(networks.map(({ name }) => name));
  const isWanted = (cluster: string): boolean =>
    only?.some((runId) => cluster.startsWith(`${runName(runId)}-`)) ?? true;
  const stray = (await containersOfOurs(runTool)).filter(
    ({ cluster }) => !known.has(cluster) && isWanted(cluster),
  );
  for (const { name, cluster } of stray) {
    reaped.push({ runId: "", network: cluster, containers: [name] });
    if (!dryRun) await runTool(["docker", "rm", "--force", "--volumes", name], { timeoutMs });
  }
  return reaped;
}

async function remove(
  { name, runId }: Owned,
  containers: readonly string[],
  runTool: RunTool,
): Promise<void> {
  try {
    if (containers.length > 0)
      await runTool(["docker", "rm", "--force", "--volumes", ...containers], { timeoutMs });
    await runTool(["docker", "network", "rm", name], { timeoutMs });
  } catch (thrown) {
    throw new HarnessError(
      "run/residue",
      `what run ${runId} left in docker could not be removed.\nSaw: ${thrown instanceof Error ? thrown.message : String(thrown)}\n` +
        `Fix: docker rm --force --volumes ${containers.join(" ")}; docker network rm ${name}`,
      { cause: thrown },
    );
  }
}
