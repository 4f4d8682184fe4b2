import { toHarnessError } from "../../errors/harness-error.ts";
import type { ClusterNode } from "../../node/node.ts";
import { createSnapshots, dumpBy } from "../../node/take-snapshot.ts";
import { run } from "../../process/run.ts";
import { readBaseline, resetNode } from "./reset-node.ts";

/** Run in namespaces of its own, whose network stands for that of a node of kind. */

const exec: ClusterNode["exec"] = (argv, { input, allowFailure } = {}) =>
  run(argv, {
    timeoutMs: 20_000,
    ...(input === undefined ? {} : { input }),
    ...(allowFailure === undefined ? {} : { allowFailure }),
  });
const ref = { name: "n", ipv4: "172.29.1.2", ipv6: "fd00:29:1::2" };
const node = { ref, exec, snapshot: createSnapshots(dumpBy("n", exec)) };

/**
 * What is on a node of kind before any engine: addresses, routes, rules of docker's and kubelet's. It is there when
 * the kernel has looked for duplicates of the links' own addresses, which is when their local routes come.
 */
const before = `mount -t tmpfs tmpfs /run
ip link set lo up
ip link add eth0 type veth peer name far
ip link set eth0 up; ip link set far up
ip addr add 172.29.1.2/24 dev eth0
ip addr add fd00:29:1::2/64 dev eth0 nodad
ip route add default via 172.29.1.1
iptables-nft -t nat -N DOCKER_OUTPUT
iptables-nft -t nat -A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT
iptables-nft -t mangle -N KUBE-KUBELET-CANARY
ip6tables-nft -t mangle -N KUBE-KUBELET-CANARY
until [ "$(ip -6 route show table local | grep -c '^local fe80:')" -eq 2 ]; do sleep 0.02; done`;

/** One of everything that engines and decoys leave. */
const leak = `iptables-nft -t nat -A DOCKER_OUTPUT -d 10.0.0.9 -j RETURN
iptables-nft -t mangle -A PREROUTING -s 10.244.0.5 -j MARK --set-mark 0x40
iptables-nft -t nat -A PREROUTING -d 10.97.0.1 -j ACCEPT
iptables-nft -t mangle -N KUBE-PROXY-CANARY
iptables-nft -t filter -N LEFT
ip6tables-nft -t nat -A POSTROUTING -s fd00::5 -j MASQUERADE
echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet
echo 2 >/proc/sys/net/ipv4/conf/eth0/rp_filter
nft add table inet left
nft add chain inet left c
ipset create left hash:ip
ipset add left 10.0.0.9
ip addr add 172.31.0.9/32 dev eth0
ip link add left0 type veth peer name left1
ip route add 10.9.0.0/16 via 172.29.1.1
ip route add 10.8.0.0/16 via 172.29.1.1 table 198 proto 248
ip -6 route add fd00:9::/64 via fd00:29:1::1
ip rule add from 10.244.0.5 table 198
ip neigh add 172.29.1.77 lladdr 02:00:00:00:00:77 dev eth0 nud permanent`;

async function attempt(script: string): Promise<string> {
  const baseline = await readBaseline(node);
  await exec(["sh", "-ec", script]);
  try {
    await resetNode(node, baseline);
    return "as it was";
  } catch (thrown) {
    return toHarnessError(thrown).message;
  }
}

await exec(["sh", "-ec", before]);
const answers = {
  /** Nothing happened. */
  quiet: await attempt("true"),
  leaked: await attempt(leak),
  /** Something of the node's own is gone, which is not ours to guess back. */
  lost: await attempt("ip route del default"),
};
process.stdout.write(JSON.stringify(answers));
