import { parseAddress, renderAddress } from "../../state/address.ts";

/** The networks of one cluster of the sandbox. `index` is 0 to 15. */
export interface ClusterNetwork {
  readonly bridge: string;
  readonly gateway4: string;
  readonly gateway6: string;
  /** Where the Service default/kubernetes leads to, at `ports.api`. */
  readonly apiHost4: string;
  readonly prefix4: 24;
  readonly prefix6: 64;
  /** A host that is no part of the cluster, on the same bridge. */
  readonly outside4: string;
  readonly outside6: string;
  readonly podCidr: string;
  readonly podCidr6: string;
  readonly serviceCidr: string;
  /** Services may have addresses of it, alone or beside one of `serviceCidr`; those that do not ask for it have none. */
  readonly serviceCidr6: string;
  /** First address of `serviceCidr`: the Service default/kubernetes. */
  readonly apiServiceIp: string;
  /** VIPs are drawn from these; no route leads there. */
  readonly vipCidr: string;
  readonly vipCidr6: string;
  readonly ports: {
    readonly etcd: number;
    readonly etcdPeer: number;
    readonly api: number;
    readonly proxy: number;
  };
}

/** Hold the node networks of every cluster. */
export const gatewayNetworks = { ipv4: "172.30.0.0/16", ipv6: "fd00:30::/32" } as const;

/** Ports of clusters begin here: below the ephemeral range, ten to a cluster. */
const firstPort = 20_000;

/** In the spelling of the kernel, since texts are compared: that of cluster 0 has no group of its own. */
function inCluster6(index: number, host: number): string {
  return renderAddress(parseAddress(`fd00:30:${index}::${host.toString(16)}`));
}

/** Addresses and ports of the cluster number `index`; those of two clusters never meet. */
export function clusterNetwork(index: number): ClusterNetwork {
  const port = firstPort + index * 10;
  return {
    bridge: `lpbr${index}`,
    gateway4: `172.30.${index}.1`,
    gateway6: inCluster6(index, 1),
    apiHost4: `172.30.${index}.1`,
    prefix4: 24,
    prefix6: 64,
    outside4: `172.30.${index}.250`,
    outside6: inCluster6(index, 250),
    podCidr: "10.244.0.0/16",
    podCidr6: "fd00:10:244::/48",
    serviceCidr: "10.97.0.0/16",
    serviceCidr6: "fd00:10:97::/112",
    apiServiceIp: "10.97.0.1",
    vipCidr: "172.31.0.0/16",
    vipCidr6: "fd00:31::/64",
    ports: { etcd: port, etcdPeer: port + 1, api: port + 2, proxy: port + 3 },
  };
}

/** Hosts 10 to 239 of the cluster's network are for nodes; they come round again after 230 nodes. */
export function nodeAddresses(
  index: number,
  ordinal: number,
): { readonly ipv4: string; readonly ipv6: string } {
  const host = 10 + (ordinal % 230);
  return { ipv4: `172.30.${index}.${host}`, ipv6: inCluster6(index, host) };
}
