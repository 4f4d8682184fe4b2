import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { type Family, renderItem, type StateItem } from "../model/state.ts";
import { inOwnNamespaces } from "../process/own-namespaces.fixture.ts";
import { diffStates, isSameState } from "./diff.ts";
import { parseDump, renderDumpScript } from "./dump.ts";
import { isKernelMade } from "./kernel-made.ts";

/**
 * A network namespace with a bridge, made by shell: every block of `steps` is run in turn, and the state
 * is dumped before the first and after each. All of it is gone when the shell ends.
 */
function snapshots(...steps: readonly string[]): readonly (readonly StateItem[])[] {
  const setUp = `mount -t tmpfs tmpfs /run; ip link set lo up; ip link add br0 type bridge; ip link set br0 up
ip addr add 172.30.1.10/24 dev br0; ip -6 addr add fd00:30::a/64 dev br0 nodad`;
  const cut = "=====next snapshot=====";
  const script = `set -e\n${setUp}\nsh -c "$DUMP"\n${steps.map((step) => `${step}\nprintf '${cut}'; sh -c "$DUMP"`).join("\n")}\n`;
  const [enter, ...namespaces] = inOwnNamespaces;
  const env = {
    ...process.env,
    PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`,
    DUMP: renderDumpScript(),
  };
  const result = spawnSync(enter, [...namespaces, "sh", "-c", script], {
    encoding: "utf8",
    env,
    maxBuffer: 1 << 26,
  });
  if (result.status !== 0) throw new Error(`the namespace ended with ${result.status}: ${result.stderr}`);
  return result.stdout.split(cut).map((text) => parseDump(text));
}

const comment = '-m comment --comment "a3ViZS12aXAK=kube-vip-lp-a1"';

/** Per family: a command that leaves one thing behind, the command that takes it away, and how it must show. */
const leaks: readonly (readonly [Family, leak: string, cure: string, shown: string])[] = [
  ...(["iptables-legacy", "iptables-nft"] as const).map(
    (tool) =>
      [
        tool,
        `${tool} -t nat -I POSTROUTING -s 10.244.0.5 ${comment} -j SNAT --to-source 172.30.1.200`,
        `${tool} -t nat -F POSTROUTING`,
        `[${tool} nat] -A POSTROUTING -s 10.244.0.5/32 ${comment} -j SNAT --to-source 172.30.1.200`,
      ] as const,
  ),
  ...(["ip6tables-legacy", "ip6tables-nft"] as const).map(
    (tool) =>
      [
        tool,
        `${tool} -t mangle -A PREROUTING -s FD00:244:0::5 -j MARK --set-mark 64/64`,
        `${tool} -t mangle -F PREROUTING`,
        `[${tool} mangle] -A PREROUTING -s fd00:244::5/128 -j MARK --set-xmark 0x40/0x40`,
      ] as const,
  ),
  [
    "nftables",
    "nft add element ip kp ips '{ 10.96.0.1 . tcp . 443 : goto web }'",
    "nft delete element ip kp ips '{ 10.96.0.1 . tcp . 443 }'",
    "[nftables ip kp] add element ips { 10.96.0.1 . tcp . 443 : goto web }",
  ],
  [
    "nftables",
    "nft add rule ip kp web ip saddr '{ 10.244.0.5, 10.244.0.6 }' counter drop",
    "nft flush chain ip kp web",
    "[nftables ip kp] add rule web ip saddr { 10.244.0.5, 10.244.0.6 } drop",
  ],
  // iptables-nft-save prints such a rule as `-A INPUT -j DROP`.
  [
    "nftables",
    "nft add rule ip filter INPUT ip saddr @vips drop",
    "nft flush chain ip filter INPUT",
    "[nftables ip filter] add rule INPUT ip saddr @vips drop",
  ],
  ["ipset", "ipset add svip FD00::0:1", "ipset del svip fd00::1", "[ipset] add svip fd00::1"],
  [
    "address",
    "ip addr add 10.200.0.1/32 dev lo",
    "ip addr del 10.200.0.1/32 dev lo",
    "[address] 10.200.0.1/32 dev lo scope global",
  ],
  [
    "link",
    "ip link add kube-x type bridge",
    "ip link del kube-x",
    "[link] link kube-x down mtu 1500 type bridge vlan_filtering 0",
  ],
  [
    "route",
    "ip route add 172.190.0.105/32 dev lo table 198 proto 248",
    "ip route flush table 198",
    "[route 198] unicast 172.190.0.105 dev lo proto 248 scope link",
  ],
  [
    "route",
    "ip -6 route add fd00:99::/64 via fd00:30::1 table 198 proto 248",
    "ip -6 route flush table 198",
    "[route 198] unicast fd00:99::/64 via fd00:30::1 dev br0 proto 248 scope global metric 1024",
  ],
  [
    "rule",
    "ip rule add fwmark 0x40/0x40 lookup 198 pref 100",
    "ip rule del pref 100",
    "[rule] -4 pref 100 from all fwmark 0x40/0x40 lookup 198 proto unspec",
  ],
  [
    "neighbour",
    "ip neigh add 172.30.1.77 lladdr 02:00:00:00:00:01 dev br0 nud permanent",
    "ip neigh del 172.30.1.77 dev br0",
    "[neighbour] 172.30.1.77 dev br0 lladdr 02:00:00:00:00:01 nud permanent",
  ],
  [
    "conntrack",
    "conntrack -I -p udp -s 10.1.1.1 -d 10.2.2.2 --sport 1 --dport 2 -t 100 2>/dev/null",
    "conntrack -D -p udp -s 10.1.1.1 >/dev/null 2>&1",
    "[conntrack] udp src=10.1.1.1 dst=10.2.2.2 sport=1 dport=2 src=10.2.2.2 dst=10.1.1.1 sport=2 dport=1",
  ],
  [
    "sysctl",
    "echo 1 >/proc/sys/net/ipv4/conf/br0/route_localnet",
    "echo 0 >/proc/sys/net/ipv4/conf/br0/route_localnet",
    "[sysctl] net/ipv4/conf/br0/route_localnet = 1",
  ],
];

/** What must be there for some of the leaks: an element needs its set. */
const ground = `iptables-nft -P INPUT ACCEPT; nft add set ip filter vips '{ type ipv4_addr; }'
nft add table ip kp; nft add chain ip kp web; nft add map ip kp ips '{ type ipv4_addr . inet_proto . inet_service : verdict; }'
ipset create svip hash:ip family inet6 timeout 600`;

describe("a dump of a real kernel", () => {
  let states: readonly (readonly StateItem[])[] = [];
  const stateAfter = (step: number): readonly StateItem[] => states[step + 1] ?? [];

  beforeAll(() => {
    states = snapshots(ground, ...leaks.flatMap(([, leak, cure]) => [leak, cure]));
  });

  it("shows nobody's work in a fresh namespace but the links and addresses that it was given", () => {
    const shown = (states[0] ?? []).filter(
      (item) => !isKernelMade(item) && item.family !== "sysctl" && item.family !== "conntrack",
    );
    expect(shown.map(renderItem)).toEqual([
      "[link] link br0 up mtu 1500 type bridge vlan_filtering 0",
      "[address] 172.30.1.10/24 dev br0 scope global",
      "[address] fd00:30::a/64 dev br0 scope global",
    ]);
  });

  it.each(leaks.map(([family, leak, , shown], index) => [family, leak, shown, index] as const))(
    "shows a leak in %s, and nothing else: %s",
    (family, _, shown, index) => {
      const isForeign = (item: StateItem): boolean =>
        !isKernelMade(item) && (family === "conntrack" || item.family !== "conntrack");
      const { added, removed } = diffStates(stateAfter(2 * index), stateAfter(2 * index + 1));
      expect(added.filter(isForeign).map(renderItem)).toEqual([shown]);
      expect(added.find((item) => renderItem(item) === shown)?.family).toBe(family);
      expect(removed.filter(isForeign)).toEqual([]);
    },
  );

  it.each(leaks.map(([family, , cure], index) => [family, cure, index] as const))(
    "forgets it with its cure in %s: %s",
    (_, __, index) => {
      const own = (items: readonly StateItem[]): readonly StateItem[] =>
        items.filter((item) => !isKernelMade(item));
      expect(isSameState(own(stateAfter(2 * index)), own(stateAfter(2 * index + 2)))).toBe(true);
    },
  );

  it("is an error where rules of iptables-nft are hidden by a native rule in their table", () => {
    const hide = `iptables-nft -t nat -A PREROUTING -d 1.1.1.1 -p tcp -j DNAT --to-destination 2.2.2.2
nft add rule ip nat PREROUTING numgen random mod 2 vmap '{ 0 : accept, 1 : drop }'`;
    expect(() => snapshots(hide)).toThrow(/state\/tool-failed.*table ip nat/);
  });
});
