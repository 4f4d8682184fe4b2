import { z } from "zod";
import type { ClusterNetwork } from "../sandbox/addresses.ts";
import type { RunTool } from "./docker.ts";
import type { KindCluster } from "./kind-cluster.ts";

const networkSchema = z.object({
  Id: z.string(),
  IPAM: z.object({ Config: z.array(z.object({ Subnet: z.string() })) }),
});
const inspectSchema = z.tuple([networkSchema], networkSchema);

/** A host's address in a /24 or /64, by its last part. */
function hostIn(subnet: string, host: number): string {
  const base = subnet.split("/")[0] ?? "";
  return base.includes(":") ? `${base}${host.toString(16)}` : base.replace(/\d+$/, String(host));
}

/** The networks of a cluster of kind, in the form of the sandbox's: the docker network is its bridge. */
export async function readKindNetwork(cluster: KindCluster, runTool: RunTool): Promise<ClusterNetwork> {
  const { stdout } = await runTool(["docker", "network", "inspect", cluster.name], { timeoutMs: 30_000 });
  const [{ Id, IPAM }] = inspectSchema.parse(JSON.parse(stdout));
  const subnetOf = (isOf: (subnet: string) => boolean): string =>
    IPAM.Config.map(({ Subnet }) => Subnet).find(isOf) ?? "";
  const subnet4 = subnetOf((subnet) => !subnet.includes(":"));
  const subnet6 = subnetOf((subnet) => subnet.includes(":"));
  return {
    // As docker names it.
    bridge: `br-${Id.slice(0, 12)}`,
    gateway4: hostIn(subnet4, 1),
    gateway6: hostIn(subnet6, 1),
    apiHost4: cluster.nodes().find(({ role }) => role === "control-plane")?.ipv4 ?? "",
    prefix4: 24,
    prefix6: 64,
    outside4: hostIn(subnet4, 250),
    outside6: hostIn(subnet6, 250),
    podCidr: "10.244.0.0/16",
    podCidr6: "fd00:10:244::/48",
    serviceCidr: "10.97.0.0/16",
    // Only a topology of both families has Services there.
    serviceCidr6: "fd00:10:97::/112",
    apiServiceIp: "10.97.0.1",
    vipCidr: "172.31.0.0/16",
    vipCidr6: "fd00:31::/64",
    // The harness reaches the API server where kind has published it; the others it does not make itself.
    ports: { etcd: 2379, etcdPeer: 2380, api: 6443, proxy: 0 },
  };
}
