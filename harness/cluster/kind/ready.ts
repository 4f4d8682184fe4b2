import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { until } from "../../wait/until.ts";
import type { RunTool } from "./docker.ts";
import { execInNode, type KindNode } from "./kind-node.ts";
import type { Topology } from "./topology.ts";

/** What a Node object says that this file needs. */
const nodeListSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ podCIDRs: z.array(z.string()).default([]) }),
      status: z.object({
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
      }),
    }),
  ),
});

const daemonSetSchema = z.object({
  status: z.object({ numberReady: z.number(), desiredNumberScheduled: z.number() }),
});

export interface ReadyOptions {
  readonly runTool: RunTool;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

interface ClusterParts {
  readonly topology: Topology;
  readonly nodes: readonly KindNode[];
}

/** kubectl in the control plane's container, as the cluster's administrator. */
export async function kubectl(
  nodes: readonly KindNode[],
  args: readonly string[],
  runTool: RunTool,
  input?: string,
): Promise<string> {
  const first = nodes.find(({ role }) => role === "control-plane");
  if (first === undefined) throw new Error("the cluster has no control plane");
  const argv = ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", ...args];
  const { stdout } = await execInNode(first, argv, runTool, input === undefined ? {} : { input });
  return stdout;
}

async function listNodeObjects(
  { nodes }: ClusterParts,
  runTool: RunTool,
): Promise<z.infer<typeof nodeListSchema>["items"]> {
  return nodeListSchema.parse(JSON.parse(await kubectl(nodes, ["get", "nodes", "-o", "json"], runTool)))
    .items;
}

/** What gives pods their network: see its first lines. */
const plugin = join(import.meta.dirname, "..", "..", "..", "kind-configs", "pod-cable.sh");
const pluginName = "leakproof-pod-cable";

/** Of the node: a file for each pod that a scenario names, NAMESPACE_NAME, with its address. */
export const podAddressFolder = "/var/lib/leakproof/pods";

/** Pods of one node are cabled one by one (ptp), with addresses of the node's own ranges. */
function renderCni(podCidrs: readonly string[]): string {
  const any = (cidr: string): string => (cidr.includes(":") ? "::/0" : "0.0.0.0/0");
  const ipam = {
    type: "host-local",
    dataDir: "/run/cni-ipam-state",
    routes: podCidrs.map((cidr) => ({ dst: any(cidr) })),
    ranges: podCidrs.map((subnet) => [{ subnet }]),
  };
  return `${JSON.stringify({ cniVersion: "0.4.0", name: "leakproof", plugins: [{ type: pluginName, ipMasq: false, ipam }] }, undefined, 2)}\n`;
}

/** Routes to the pods of the other nodes, which are neighbours. */
function renderRoutes(
  own: KindNode,
  nodes: readonly KindNode[],
  cidrs: ReadonlyMap<string, readonly string[]>,
): string {
  return nodes
    .filter((node) => node !== own)
    .flatMap((node) =>
      (cidrs.get(node.name) ?? []).map((cidr) =>
        cidr.includes(":")
          ? `ip -6 route replace ${cidr} via ${node.ipv6}`
          : `ip route replace ${cidr} via ${node.ipv4}`,
      ),
    )
    .join("\n");
}

/**
 * Joins the pods of the nodes, in place of a network plugin that would need an image: kubelet reports no node
 * as Ready before.
 *
 * @throws {HarnessError} `wait/timed-out` where the nodes get no pod network, `node/command-failed`
 */
export async function connectPods(parts: ClusterParts, options: ReadyOptions): Promise<void> {
  const { runTool } = options;
  const cidrs = await until(
    "every node has its part of the pod network",
    async () => {
      const objects = await listNodeObjects(parts, runTool);
      const known = new Map(objects.map(({ metadata, spec }) => [metadata.name, spec.podCIDRs] as const));
      return parts.nodes.every(({ name }) => (known.get(name) ?? []).length > 0) ? known : undefined;
    },
    { everyMs: 500, ...options },
  );
  const program = await readFile(plugin, "utf8");
  for (const node of parts.nodes) {
    const script = `set -e
printf '%s' "$1" >/opt/cni/bin/${pluginName}.part
chmod 755 /opt/cni/bin/${pluginName}.part
mv /opt/cni/bin/${pluginName}.part /opt/cni/bin/${pluginName}
cat >/etc/cni/net.d/10-leakproof.conflist.part
mv /etc/cni/net.d/10-leakproof.conflist.part /etc/cni/net.d/10-leakproof.conflist
${renderRoutes(node, parts.nodes, cidrs)}`;
    const input = renderCni(cidrs.get(node.name) ?? []);
    await execInNode(node, ["sh", "-c", script, "connect", program], runTool, { input });
  }
}

/** What is not as it must be, in words; empty where all is. */
async function findUnready(parts: ClusterParts, runTool: RunTool): Promise<readonly string[]> {
  const { nodes, topology } = parts;
  const objects = await listNodeObjects(parts, runTool);
  const problems: string[] = [];
  for (const { name } of nodes) {
    const ready = objects
      .find(({ metadata }) => metadata.name === name)
      ?.status.conditions.find(({ type }) => type === "Ready")?.status;
    if (ready !== "True")
      problems.push(`node ${name} is ${ready === undefined ? "not registered" : "not Ready"}`);
  }
  for (const node of nodes) {
    const { exitCode, stderr } = await execInNode(node, ["ctr", "version"], runTool, {
      allowFailure: true,
    });
    if (exitCode !== 0)
      problems.push(`the container runtime of ${node.name} says: ${stderr.trim().slice(-200)}`);
  }
  if (topology.networking.kubeProxyMode === "none" || problems.length > 0) return problems;
  const args = ["--namespace", "kube-system", "get", "daemonset", "kube-proxy", "-o", "json"];
  const { status } = daemonSetSchema.parse(JSON.parse(await kubectl(nodes, args, runTool)));
  // Right after its creation a DaemonSet wants no pods at all: what counts is what we expect.
  return status.numberReady === nodes.length
    ? []
    : [`kube-proxy is ready on ${status.numberReady} of ${nodes.length} nodes`];
}

/**
 * Waits until every node is Ready by its object, its container runtime answers, and kube-proxy runs on it
 * where the topology has one. kind's own wait ends well when its time is over.
 *
 * @throws {HarnessError} `wait/timed-out`, with what was missing last
 */
export async function untilReady(parts: ClusterParts, options: ReadyOptions): Promise<void> {
  await until(
    "every node of the cluster is Ready, its container runtime too",
    async () => {
      const problems = await findUnready(parts, options.runTool);
      if (problems.length > 0) throw new Error(problems.join("; "));
      return true as const;
    },
    { everyMs: 500, ...options },
  );
}
