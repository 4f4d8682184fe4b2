import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { HarnessError } from "../../errors/harness-error.ts";
import type { RunTool } from "./docker.ts";

/** The docker network of a cluster carries whose it is, since kind lets nobody label its containers; and what stands beside the clusters does. */
const ownerLabel = "dev.leakproof.owner";
const runLabel = "dev.leakproof.run";

/** Whose something in docker is. */
export function ownerLabels(runId: string): Readonly<Record<string, string>> {
  return { [ownerLabel]: renderOwner(), [runLabel]: runId };
}

const timeoutMs = 120_000;

/** The 22nd field of /proc/PID/stat: a pid that was given again has another. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined; // No such process.
  }
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** This process, so that another can tell whether it lives. */
export function renderOwner(pid: number = process.pid): string {
  return `${bootId()}:${pid}:${startTimeOf(pid) ?? ""}`;
}

/** Whether the process that wrote `owner` was one of this machine, since it was started. */
export function isOfThisBoot(owner: string): boolean {
  return owner.split(":")[0] === bootId();
}

/** Whether the process that wrote `owner` still runs on this machine. */
export function isAlive(owner: string): boolean {
  const [boot, pid = "", started] = owner.split(":");
  return boot === bootId() && started !== "" && startTimeOf(Number(pid)) === started;
}

/** Eight hexadecimal digits that tell runs apart; a run id is longer than names of containers like. */
export function shortRunId(runId: string): string {
  return createHash("sha256").update(runId).digest("hex").slice(0, 8);
}

/** Names of everything that a run makes begin with this. */
export const namePrefix = "leakproof-";

/** The beginning of the names of a run's clusters. */
export function runName(runId: string): string {
  return `${namePrefix}${shortRunId(runId)}`;
}

/** Subnets are tried one after the other until docker takes one. */
const subnets = 250;

/**
 * Makes the docker network of one cluster, with both families, labelled with its run and its owner. Clusters
 * in one network would reach each other's API, and a node that is restarted would get another's address.
 *
 * @throws {HarnessError} `node/command-failed`
 */
export async function createClusterNetwork(name: string, runId: string, runTool: RunTool): Promise<void> {
  const labels = Object.entries(ownerLabels(runId)).flatMap((label) => ["--label", label.join("=")]);
  const first = Number.parseInt(shortRunId(name), 16);
  const create = ["docker", "network", "create", "--driver", "bridge", "--ipv6"] as const;
  for (let tries = 0; ; tries++) {
    const third = 1 + ((first + tries) % subnets);
    const ranges = ["--subnet", `172.29.${third}.0/24`, "--subnet", `fd00:29:${third}::/64`];
    const { exitCode, stderr } = await runTool([...create, ...ranges, ...labels, name], {
      timeoutMs,
      allowFailure: true,
    });
    if (exitCode === 0) return;
    // Somebody else's network is there.
    if (tries < subnets && /overlap/i.test(stderr)) continue;
    throw new HarnessError(
      "kind/create-failed",
      `docker could not make the network ${name}.\nSaw: ${stderr.trim().slice(-500)}\nFix: \`docker network ls\` shows what is there; \`docker network rm\` what nobody needs.`,
    );
  }
}

/** Removes the network of one cluster; one that is gone already is none to remove. */
export async function removeClusterNetwork(name: string, runTool: RunTool): Promise<void> {
  await runTool(["docker", "network", "rm", name], { timeoutMs, allowFailure: true });
}

/** Something in docker that carries whose it is. */
export interface Owned {
  readonly name: string;
  readonly runId: string;
  readonly owner: string;
}

const inspectSchema = z.array(z.object({ Name: z.string(), Labels: z.record(z.string(), z.string()) }));

/** The networks of the clusters of all runs, of whoever. */
export async function listClusterNetworks(runTool: RunTool): Promise<readonly Owned[]> {
  const filter = `label=${ownerLabel}`;
  const { stdout } = await runTool(["docker", "network", "ls", "--quiet", "--filter", filter], { timeoutMs });
  const ids = stdout.split("\n").filter((id) => id !== "");
  if (ids.length === 0) return [];
  const inspected = await runTool(["docker", "network", "inspect", ...ids], { timeoutMs });
  return inspectSchema.parse(JSON.parse(inspected.stdout)).map(({ Name, Labels }) => ({
    name: Name,
    runId: Labels[runLabel] ?? "",
    owner: Labels[ownerLabel] ?? "",
  }));
}

/** The containers of all runs that stand beside clusters. */
export async function listNeighbours(runTool: RunTool): Promise<readonly Owned[]> {
  const format = `{{.Names}}\t{{.Label "${runLabel}"}}\t{{.Label "${ownerLabel}"}}`;
  const argv = ["docker", "ps", "--all", "--filter", `label=${ownerLabel}`, "--format", format] as const;
  const { stdout } = await runTool(argv, { timeoutMs });
  return stdout
    .split("\n")
    .map((line) => line.split("\t"))
    .flatMap(([name = "", runId = "", owner = ""]) => (name === "" ? [] : [{ name, runId, owner }]));
}
