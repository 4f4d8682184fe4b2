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
  /** Names of network namespaces, by which the harness was on its nodes. */
  readonly namespaces: readonly string[];
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

const clusterOfNamespace = new RegExp(`^(${namePrefix}[0-9a-f]{8}-\\d+)-`);

/** Every name of a network namespace that a run has made for a cluster, with the name of that. */
async function namespacesOfOurs(
  runTool: RunTool,
): Promise<readonly { readonly name: string; readonly cluster: string }[]> {
  const { stdout } = await runTool(["ip", "netns", "list"], { timeoutMs, allowFailure: true });
  return stdout.split("\n").flatMap((line) => {
    const name = line.split(" ")[0] ?? "";
    const cluster = clusterOfNamespace.exec(name)?.[1];
    return cluster === undefined ? [] : [{ name, cluster }];
  });
}

/** Removes containers with their volumes, and names of network namespaces. */
export async function removeRemains(
  { containers, namespaces }: Pick<Reaped, "containers" | "namespaces">,
  runTool: RunTool,
): Promise<void> {
  if (containers.length > 0)
    await runTool(["docker", "rm", "--force", "--volumes", ...containers], { timeoutMs });
  for (const name of namespaces) await runTool(["ip", "netns", "delete", name], { timeoutMs });
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
    const found = { runId: neighbour.runId, network: "", containers: [neighbour.name], namespaces: [] };
    reaped.push(found);
    if (!dryRun) await removeRemains(found, runTool);
  }
  // Before the networks: what is made meanwhile has one.
  const namespaces = await namespacesOfOurs(runTool);
  const inClusters = await containersOfOurs(runTool);
  const networks = await listClusterNetworks(runTool);
  const dead = networks.filter(isDead);
  const namesOf = (cluster: string): readonly string[] =>
    namespaces.filter((each) => each.cluster === cluster).map(({ name }) => name);
  for (const network of dead) {
    // Not by the network: docker joins a container to it only when it starts.
    const containers = await containersOf(network.name, runTool);
    const found = { containers, namespaces: namesOf(network.name) };
    reaped.push({ runId: network.runId, network: network.name, ...found });
    if (!dryRun) await remove(network, found, runTool);
  }
  // A network is made before what is in it and removed after that: docker was still at one when its run was killed.
  const known = new Set(networks.map(({ name }) => name));
  const isStray = ({ cluster }: { readonly cluster: string }): boolean =>
    !known.has(cluster) && (only?.some((runId) => cluster.startsWith(`${runName(runId)}-`)) ?? true);
  const strays = inClusters.filter(isStray);
  for (const cluster of new Set([...strays, ...namespaces.filter(isStray)].map((each) => each.cluster))) {
    const own = strays.filter((each) => each.cluster === cluster).map(({ name }) => name);
    const found = { runId: "", network: cluster, containers: own, namespaces: namesOf(cluster) };
    reaped.push(found);
    if (!dryRun) await removeRemains(found, runTool);
  }
  return reaped;
}

async function remove(
  { name, runId }: Owned,
  remains: Pick<Reaped, "containers" | "namespaces">,
  runTool: RunTool,
): Promise<void> {
  try {
    await removeRemains(remains, runTool);
    await runTool(["docker", "network", "rm", name], { timeoutMs });
  } catch (thrown) {
    throw new HarnessError(
      "run/residue",
      `what run ${runId} left in docker could not be removed.\nSaw: ${thrown instanceof Error ? thrown.message : String(thrown)}\n` +
        `Fix: docker rm --force --volumes ${remains.containers.join(" ")}; docker network rm ${name}`,
      { cause: thrown },
    );
  }
}
