import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { HarnessError } from "../../errors/harness-error.ts";

const schema = z.strictObject({
  kind: z.literal("Cluster"),
  apiVersion: z.literal("kind.x-k8s.io/v1alpha4"),
  networking: z.strictObject({
    ipFamily: z.enum(["ipv4", "ipv6", "dual"]).default("ipv4"),
    disableDefaultCNI: z.literal(true),
    kubeProxyMode: z.enum(["none", "iptables", "nftables", "ipvs"]),
    podSubnet: z.string(),
    serviceSubnet: z.string(),
  }),
  nodes: z.array(z.strictObject({ role: z.enum(["control-plane", "worker"]) })).nonempty(),
});

/** What a cluster of kind looks like: a file of `kind-configs/`. */
export interface Topology {
  /** Name of the file without its ending. */
  readonly name: string;
  readonly networking: z.infer<typeof schema>["networking"];
  readonly nodes: z.infer<typeof schema>["nodes"];
}

const folder = join(import.meta.dirname, "..", "..", "..", "kind-configs");

/** The names of all topologies. */
export async function topologyNames(): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.slice(0, -".yaml".length))
    .toSorted();
}

/**
 * Reads a topology.
 *
 * @throws {HarnessError} `args/bad-value` where there is none of that name, or its file is no configuration
 *   of kind that the provider can complete
 */
export async function readTopology(name: string): Promise<Topology> {
  const names = await topologyNames();
  if (!names.includes(name))
    throw new HarnessError(
      "args/bad-value",
      `no topology "${name}".\nFix: give one of: ${names.join(", ")}.`,
    );
  const file = join(folder, `${name}.yaml`);
  const parsed = schema.safeParse(parse(await readFile(file, "utf8")));
  if (!parsed.success) throw new HarnessError("args/bad-value", `${file}: ${z.prettifyError(parsed.error)}`);
  const { networking, nodes } = parsed.data;
  return { name, networking, nodes };
}

/** kubeadm adds CoreDNS unless it is told not to, which would need an image; no scenario asks for names. */
const clusterPatch = `kind: ClusterConfiguration
dns:
  disabled: true
`;

/** From 1.35 on kubelet refuses cgroup v1 unless it is told not to. */
const kubeletPatch = `kind: KubeletConfiguration
failCgroupV1: false
`;

/**
 * The configuration of one cluster, as YAML for `kind create cluster --config`.
 *
 * @param apiPort - of the loopback interface of this machine
 */
export function renderKindConfig(
  { networking, nodes }: Topology,
  { apiPort, isCgroupV1 }: { readonly apiPort: number; readonly isCgroupV1: boolean },
): string {
  return stringify({
    kind: "Cluster",
    apiVersion: "kind.x-k8s.io/v1alpha4",
    networking: { ...networking, apiServerAddress: "127.0.0.1", apiServerPort: apiPort },
    nodes,
    kubeadmConfigPatches: [clusterPatch, ...(isCgroupV1 ? [kubeletPatch] : [])],
  });
}
