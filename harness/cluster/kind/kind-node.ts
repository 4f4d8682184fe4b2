import { z } from "zod";
import type { RunTool } from "./docker.ts";

/** A container that is a node of a cluster. */
export interface KindNode {
  /** Of the container, and of the Node object. */
  readonly name: string;
  readonly role: "control-plane" | "worker";
  readonly containerId: string;
  /** Of its first program, on this machine; another once it is restarted. */
  pid: number;
  /** Name of the cluster's docker network. */
  readonly network: string;
  /** In that network; empty where it has no such family. */
  readonly ipv4: string;
  readonly ipv6: string;
}

/** kind puts these on every container of its own. */
export const clusterLabel = "io.x-k8s.kind.cluster";
const roleLabel = "io.x-k8s.kind.role";

const inspectSchema = z.array(
  z.object({
    Id: z.string(),
    Name: z.string(),
    State: z.object({ Pid: z.number() }),
    Config: z.object({ Labels: z.record(z.string(), z.string()) }),
    NetworkSettings: z.object({
      Networks: z.record(z.string(), z.object({ IPAddress: z.string(), GlobalIPv6Address: z.string() })),
    }),
  }),
);

/** docker itself is slow on a busy machine. */
const askTimeoutMs = 120_000;

function roleOf(label: string | undefined): KindNode["role"] | undefined {
  return label === "control-plane" || label === "worker" ? label : undefined;
}

/** Names of the containers of a cluster, whatever their state. */
export async function containersOf(cluster: string, runTool: RunTool): Promise<readonly string[]> {
  const filter = `label=${clusterLabel}=${cluster}`;
  const argv = ["docker", "ps", "--all", "--filter", filter, "--format", "{{.Names}}"] as const;
  const { stdout } = await runTool(argv, { timeoutMs: askTimeoutMs });
  return stdout.split("\n").filter((name) => name !== "");
}

/** What docker says of containers that are nodes. */
export async function inspectNodes(names: readonly string[], runTool: RunTool): Promise<readonly KindNode[]> {
  const { stdout } = await runTool(["docker", "inspect", ...names], { timeoutMs: askTimeoutMs });
  return inspectSchema.parse(JSON.parse(stdout)).flatMap((container): readonly KindNode[] => {
    const role = roleOf(container.Config.Labels[roleLabel]);
    // A load balancer of several control planes is no node.
    if (role === undefined) return [];
    const networks = Object.values(container.NetworkSettings.Networks);
    return [
      {
        name: container.Name.replace(/^\//, ""),
        role,
        containerId: container.Id,
        pid: container.State.Pid,
        network: Object.keys(container.NetworkSettings.Networks)[0] ?? "",
        ipv4: networks.map(({ IPAddress }) => IPAddress).find((address) => address !== "") ?? "",
        ipv6: networks.map(({ GlobalIPv6Address }) => GlobalIPv6Address).find((one) => one !== "") ?? "",
      },
    ];
  });
}

/** The nodes of a cluster, the control plane first. */
export async function listKindNodes(cluster: string, runTool: RunTool): Promise<readonly KindNode[]> {
  const names = await containersOf(cluster, runTool);
  if (names.length === 0) return [];
  const nodes = await inspectNodes(names, runTool);
  return nodes.toSorted((a, b) =>
    a.role === b.role ? a.name.localeCompare(b.name) : a.role === "control-plane" ? -1 : 1,
  );
}

/** Runs a command in a node, with its root, as `docker exec` does. */
export function execInNode(
  node: Pick<KindNode, "name">,
  argv: readonly string[],
  runTool: RunTool,
  options: {
    readonly input?: string;
    readonly allowFailure?: boolean;
    readonly timeoutMs?: number;
    readonly signal?: AbortSignal;
  } = {},
): ReturnType<RunTool> {
  const { input, allowFailure, timeoutMs = askTimeoutMs, signal } = options;
  // Without -i docker gives it no input.
  return runTool(["docker", "exec", ...(input === undefined ? [] : ["-i"]), node.name, ...argv], {
    timeoutMs,
    ...(input === undefined ? {} : { input }),
    ...(allowFailure === undefined ? {} : { allowFailure }),
    ...(signal === undefined ? {} : { signal }),
  });
}
