import { answerErrand } from "../../cluster/sandbox/in-sandbox.fixture.ts";

const timeoutMs = 4_000;

type Reached = Readonly<Record<"ipv4" | "ipv6", string>>;

/** What looking for a node's two addresses came to, as text, before anything was done and in every state after. */
export interface NeighbourAnswer {
  /** The node's own address on the link. */
  readonly link: string;
  readonly untouched: Reached;
  readonly echoDropped: Reached;
  readonly portsRefused: Reached;
  readonly deaf: Reached;
}

await answerErrand<null>(1, async (_input, pool) => {
  await using cluster = await pool.acquireCluster();
  const node = await cluster.acquireNode([], { interface: "docker0" });
  const sh = (script: string) => node.exec(["sh", "-ec", script]);
  const reach = (address: string): Promise<string> =>
    cluster
      .reachFromOutside(address, timeoutMs)
      .catch((thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)));
  const both = async (): Promise<Reached> => ({
    ipv4: await reach(node.ref.ipv4),
    ipv6: await reach(node.ref.ipv6),
  });
  const { stdout } = await sh("ip -o link show docker0");
  const [, link = ""] = /link\/ether (\S+)/.exec(stdout) ?? [];
  const untouched = await both();
  await sh(`iptables-nft -A INPUT -p icmp --icmp-type echo-request -j DROP
ip6tables-nft -A INPUT -p ipv6-icmp --icmpv6-type echo-request -j DROP`);
  const echoDropped = await both();
  await sh(`iptables-nft -F INPUT; ip6tables-nft -F INPUT
iptables-nft -A INPUT -p udp -j REJECT; ip6tables-nft -A INPUT -p udp -j REJECT`);
  const portsRefused = await both();
  // Neither family's question is heard any more.
  await sh(`ip link set docker0 arp off; ip6tables-nft -F INPUT
ip6tables-nft -A INPUT -p ipv6-icmp --icmpv6-type neighbour-solicitation -j DROP`);
  const deaf = await both();
  return { link, untouched, echoDropped, portsRefused, deaf };
});
