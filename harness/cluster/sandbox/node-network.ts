import type { NodeRef } from "../../model/scenario.ts";
import type { ClusterNode } from "../../node/node.ts";
import { run } from "../../process/run.ts";
import { type ClusterNetwork, gatewayNetworks } from "./addresses.ts";

/** What the node's interface that faces the cluster is called unless a scenario says otherwise, and the one that faces its pods. */
export const clusterInterface = "eth0";
const podInterface = "pods0";

/** How a node is joined to its cluster's bridge. */
export interface NodeWiring {
  readonly ref: NodeRef;
  readonly network: ClusterNetwork;
  /** Which slice of the pod networks it has: its index in the attempt. */
  readonly slice: number;
  /** Unique in the sandbox: names the end of the cable on the bridge. */
  readonly cable: string;
  /** What the node calls its own end; `eth0` where absent. */
  readonly interface?: string;
}

/** The network namespace of the pods of a node. */
export function podNamespace(node: NodeRef): string {
  return `${node.name}-pods`;
}

const setUpTimeoutMs = 20_000;

/** No filter by return path, forwarding on, no duplicate address detection: what a node of a cluster has. */
const sysctls = `
for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $f; done
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
echo 0 > /proc/sys/net/ipv6/conf/all/accept_dad
echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
`;

/** Pods answer and send from slice addresses; probes of "a pod" come from a network of pods of their own. */
function podNetworks(slice: number): {
  readonly own4: string;
  readonly own6: string;
  readonly probe4: string;
  readonly probe6: string;
} {
  const probeSlice = 200 + slice;
  return {
    own4: `10.244.${slice}`,
    own6: `fd00:10:244:${slice.toString(16)}::`,
    probe4: `10.244.${probeSlice}`,
    probe6: `fd00:10:244:${probeSlice.toString(16)}::`,
  };
}

/** A namespace whose links, when they come, have the settings of a node. */
function renderNamespace(name: string): string {
  return `ip netns add ${name}\nnsenter --net=/run/netns/${name} sh -c '${sysctls}'`;
}

/** The node's side of the link to its pods, as lines of `ip -batch`. */
function renderPodLink(slice: number): string {
  const { own4, own6, probe4, probe6 } = podNetworks(slice);
  return `link set ${podInterface} up
addr add ${own4}.1/24 dev ${podInterface}
addr add ${own6}1/64 dev ${podInterface} nodad
addr add ${probe4}.1/24 dev ${podInterface}
addr add ${probe6}1/64 dev ${podInterface} nodad`;
}

/** The node's side of its links, in its own namespace. */
function renderNodeSide({ ref, network, slice, interface: link = clusterInterface }: NodeWiring): string {
  return `ip -n ${ref.name} -batch - <<END
link set lo up
link set ${link} up
addr add ${ref.ipv4}/${network.prefix4} dev ${link}
addr add ${ref.ipv6}/${network.prefix6} dev ${link} nodad
${renderPodLink(slice)}
route add default via ${network.gateway4}
route add default via ${network.gateway6}
END
`;
}

/** The side of its pods, whose namespace has its interface already. */
function renderPodSide({ ref, slice }: Pick<NodeWiring, "ref" | "slice">): string {
  const pods = podNamespace(ref);
  const { own4, own6, probe4, probe6 } = podNetworks(slice);
  return `ip -n ${pods} -batch - <<END
link set lo up
link set eth0 up
addr add ${probe4}.2/24 dev eth0
addr add ${probe6}2/64 dev eth0 nodad
route add default via ${probe4}.1
route add default via ${probe6}1
route add ${own4}.0/24 dev eth0
route add ${own6}/64 dev eth0
END
`;
}

function renderWiring(wiring: NodeWiring): string {
  const { ref, network, cable } = wiring;
  const pods = podNamespace(ref);
  return `set -e
${renderNamespace(ref.name)}
${renderNamespace(pods)}
ip link add ${cable} type veth peer name ${wiring.interface ?? clusterInterface} netns ${ref.name}
ip link set ${cable} master ${network.bridge} up
ip -n ${ref.name} link add ${podInterface} type veth peer name eth0 netns ${pods}
${renderNodeSide(wiring)}
${renderPodSide(wiring)}`;
}

/** docker turns it off for new links unless it is asked for. */
const withIpv6 = `
for f in all default; do echo 0 > /proc/sys/net/ipv6/conf/$f/disable_ipv6; done`;

/** The side of its pods, whose namespace is made here, for a node that has a network of its own in `/run/netns/<its name>`. */
function renderPods(wiring: Pick<NodeWiring, "ref" | "slice">): string {
  const { ref, slice } = wiring;
  const pods = podNamespace(ref);
  return `set -e
nsenter --net=/run/netns/${ref.name} sh -c '${withIpv6}${sysctls}'
${renderNamespace(pods)}
ip -n ${ref.name} link add ${podInterface} type veth peer name eth0 netns ${pods}
ip -n ${ref.name} -batch - <<END
${renderPodLink(slice)}
END
${renderPodSide(wiring)}`;
}

/**
 * Gives pods to a node that has its own network already, as a container of kind has.
 *
 * @throws {HarnessError} `node/command-failed`
 */
export async function connectPods(wiring: Pick<NodeWiring, "ref" | "slice">): Promise<void> {
  await run(["sh", "-c", renderPods(wiring)], { timeoutMs: setUpTimeoutMs });
}

/** Removes what `connectPods` made; the node's own namespace stays. */
export async function disconnectPods({ ref }: Pick<NodeWiring, "ref">): Promise<void> {
  const pods = podNamespace(ref);
  const script = `ip -n ${ref.name} link del ${podInterface} 2>/dev/null; [ ! -e /run/netns/${pods} ] || ip netns del ${pods}`;
  await run(["sh", "-c", script], { timeoutMs: setUpTimeoutMs });
}

/** The links of this kernel that a guest has: its cable to the bridge, and its cable to its pods. */
export interface GuestCables {
  readonly toCluster: string;
  readonly toPods: string;
}

/** Interfaces are named by 15 characters at most. */
export function guestCables({ cable }: Pick<NodeWiring, "cable">): GuestCables {
  return { toCluster: cable, toPods: `${cable}p` };
}

/** The pods of a guest live here: a bridge joins the guest's second interface with theirs. */
function renderGuestWiring(wiring: NodeWiring): string {
  const { ref, network, cable } = wiring;
  const { toCluster, toPods } = guestCables(wiring);
  const pods = podNamespace(ref);
  return `set -e
${renderNamespace(pods)}
ip tuntap add dev ${toCluster} mode tap
ip link set ${toCluster} master ${network.bridge} up
ip tuntap add dev ${toPods} mode tap
ip link add ${cable}b type bridge
ip link add ${cable}v type veth peer name eth0 netns ${pods}
ip link set ${cable}v master ${cable}b up
ip link set ${toPods} master ${cable}b up
ip link set ${cable}b up
${renderPodSide(wiring)}`;
}

/**
 * What a guest does for its own part, as a shell script: its node is a namespace of its kernel.
 *
 * @param links - what its kernel calls the interfaces of the two cables
 */
export function renderInsideGuest(wiring: NodeWiring, links: GuestCables): string {
  const { name } = wiring.ref;
  return `set -e
${renderNamespace(name)}
ip link set ${links.toCluster} netns ${name} name ${wiring.interface ?? clusterInterface}
ip link set ${links.toPods} netns ${name} name ${podInterface}
${renderNodeSide(wiring)}`;
}

/**
 * Makes the namespaces of a node and of its pods and joins them to the bridge, IPv4 and IPv6.
 *
 * @throws {HarnessError} `node/command-failed`
 */
export async function connectNode(wiring: NodeWiring): Promise<void> {
  await run(["sh", "-c", renderWiring(wiring)], { timeoutMs: setUpTimeoutMs });
}

/**
 * Makes the cables of a guest, and the namespace of its pods; its own end of them it sets up itself.
 *
 * @throws {HarnessError} `node/command-failed`, where /dev/net/tun cannot be used too
 */
export async function connectGuest(wiring: NodeWiring): Promise<void> {
  await run(["sh", "-c", renderGuestWiring(wiring)], { timeoutMs: setUpTimeoutMs });
}

/** One more interface of a node on its cluster's bridge; it goes with the node, which is a namespace of this kernel. */
export async function plugInterface(node: NodeRef, name: string, bridge: string): Promise<void> {
  // Names of interfaces have 15 characters; nodes are told apart by their number.
  const cable = `lpx${node.name.replace(/^lp-c/, "").replace("-n", "-")}`;
  const script = `set -e
ip link add ${cable} type veth peer name ${name} netns ${node.name}
ip link set ${cable} master ${bridge} up
ip -n ${node.name} link set ${name} up`;
  await run(["sh", "-c", script], { timeoutMs: setUpTimeoutMs });
}

/** Removes what `connectNode` or `connectGuest` made, also where that got only half way. */
export async function disconnectNode(wiring: Pick<NodeWiring, "ref" | "cable">): Promise<void> {
  const names = [wiring.ref.name, podNamespace(wiring.ref)];
  const links = ["", "p", "v", "b"].map((suffix) => `ip link del ${wiring.cable}${suffix} 2>/dev/null`);
  const script = `${links.join("; ")}; for n in ${names.join(" ")}; do [ ! -e /run/netns/$n ] || ip netns del $n; done`;
  await run(["sh", "-c", script], { timeoutMs: setUpTimeoutMs });
}

/** A node that is up, and the wiring that it is up on. */
interface WiredNode {
  readonly wiring: Pick<NodeWiring, "ref" | "slice">;
  readonly node: Pick<ClusterNode, "exec">;
}

/** Lets the pods of two nodes reach each other, by routes over the nodes' own addresses. */
export async function joinNodes(nodes: readonly WiredNode[]): Promise<void> {
  for (const { wiring, node } of nodes) {
    const lines = nodes
      .filter((other) => other.wiring !== wiring)
      .flatMap(({ wiring: { ref, slice } }) => {
        const { own4, own6, probe4, probe6 } = podNetworks(slice);
        return [
          ...[own4, probe4].map((net) => `ip route replace ${net}.0/24 via ${ref.ipv4}`),
          ...[own6, probe6].map((net) => `ip route replace ${net}/64 via ${ref.ipv6}`),
        ];
      });
    if (lines.length > 0) await node.exec(["sh", "-ec", lines.join("\n")]);
  }
}

/** The gateways of all clusters are addresses of one host, which would answer for each on every bridge: each cluster reaches its own alone. */
function renderFence({ bridge, gateway4, gateway6 }: ClusterNetwork): string {
  return `add table inet ${bridge}
add chain inet ${bridge} input { type filter hook input priority 0; }
add rule inet ${bridge} input iifname ${bridge} ip daddr ${gatewayNetworks.ipv4} ip daddr != ${gateway4} drop
add rule inet ${bridge} input iifname ${bridge} ip6 daddr ${gatewayNetworks.ipv6} ip6 daddr != ${gateway6} drop`;
}

/**
 * A bridge without an address of its own takes the lowest of its ports, and changes it when nodes come and
 * go: neighbours that know the old one then talk to nobody for half a minute.
 */
const bridgeAddress = "02:00:00:00:00:01";

/** A host outside of the cluster, on its bridge. */
function renderOutside(network: ClusterNetwork, outside: string): string {
  const cable = `${network.bridge.slice(0, 14)}o`;
  return `ip netns add ${outside}
nsenter --net=/run/netns/${outside} sh -c '${sysctls}'
ip link add ${cable} type veth peer name eth0 netns ${outside}
ip link set ${cable} master ${network.bridge} up
ip -n ${outside} link set lo up
ip -n ${outside} link set eth0 up
ip -n ${outside} addr add ${network.outside4}/${network.prefix4} dev eth0
ip -n ${outside} addr add ${network.outside6}/${network.prefix6} dev eth0 nodad
ip -n ${outside} route add ${network.vipCidr} dev eth0
`;
}

/**
 * The API server's side hands nothing on from one cluster to another. A new namespace takes its forwarding from the host, where
 * docker switches it on.
 */
const noForwarding = `echo 0 > /proc/sys/net/ipv4/ip_forward
echo 0 > /proc/sys/net/ipv6/conf/all/forwarding`;

/** Makes the bridge of a cluster, with the API server's side on it, and a host outside of the cluster. */
export async function connectCluster(network: ClusterNetwork, outside: string): Promise<void> {
  const script = `set -e
${noForwarding}
ip link add ${network.bridge} address ${bridgeAddress} type bridge
ip addr add ${network.gateway4}/${network.prefix4} dev ${network.bridge}
ip addr add ${network.gateway6}/${network.prefix6} dev ${network.bridge} nodad
ip link set ${network.bridge} up
nft -f - <<END
${renderFence(network)}
END
${renderOutside(network, outside)}`;
  await run(["sh", "-c", script], { timeoutMs: setUpTimeoutMs });
}

export async function disconnectCluster(network: ClusterNetwork, outside: string): Promise<void> {
  const script = `ip link del ${network.bridge} 2>/dev/null; nft delete table inet ${network.bridge} 2>/dev/null; [ ! -e /run/netns/${outside} ] || ip netns del ${outside}`;
  await run(["sh", "-c", script], { timeoutMs: setUpTimeoutMs });
}

/**
 * A host outside of a cluster forgets who had which address: plans that are made again have the same addresses,
 * on nodes of their own, and it would talk to the one of before for half a minute.
 */
export async function forgetNeighbours(outside: string): Promise<void> {
  await run(["ip", "-n", outside, "neigh", "flush", "dev", "eth0"], { timeoutMs: setUpTimeoutMs });
}

/** Makes a host outside of a cluster whose bridge is there already. */
export async function connectOutside(network: ClusterNetwork, outside: string): Promise<void> {
  await run(["sh", "-ec", renderOutside(network, outside)], { timeoutMs: setUpTimeoutMs });
}

/** Removes it, with its cable. */
export async function disconnectOutside(outside: string): Promise<void> {
  const script = `[ ! -e /run/netns/${outside} ] || ip netns del ${outside}`;
  await run(["sh", "-c", script], { timeoutMs: setUpTimeoutMs });
}
