import { describe, expect, it } from "vitest";
import type { Family, StateItem } from "../model/state.ts";
import { isKernelMade } from "./kernel-made.ts";

function item(family: Family, kind: StateItem["kind"], text: string, table?: string): StateItem {
  return { family, kind, text, tokens: [], ...(table === undefined ? {} : { table }) };
}

describe("what the kernel makes", () => {
  /** Seen in a fresh network namespace, after links came up, addresses were added and tables were first used. */
  const made: readonly StateItem[] = [
    item(
      "route",
      "route",
      "unicast 172.30.1.0/24 dev br0 proto kernel scope link prefsrc 172.30.1.10",
      "254",
    ),
    item(
      "route",
      "route",
      "broadcast 172.30.1.255 dev br0 proto kernel scope link prefsrc 172.30.1.10",
      "255",
    ),
    item("route", "route", "unicast fe80::/64 dev veth1 proto kernel scope global metric 256", "254"),
    item("route", "route", "multicast ff00::/8 dev veth1 proto kernel scope global metric 256", "255"),
    item("route", "route", "local fd00:30::a dev br0 proto kernel scope global metric 0", "255"),
    item("route", "route", "unicast ::/0 via fe80::1 dev br0 proto ra scope global metric 1024", "254"),
    item("address", "address", "127.0.0.1/8 dev lo scope host"),
    item("address", "address", "::1/128 dev lo scope host"),
    item("address", "address", "fe80::8c52:c6ff:fecf:5350/64 dev br0 scope link"),
    item("address", "address", "fe80::ff:fe00:1/64 dev br0 scope link"),
    item("address", "address", "fe80::1/64 dev br0 scope link proto kernel_ll"),
    item("link", "link", "link lo up mtu 65536"),
    item("link", "link", "link tunl0 down mtu 1480 type ipip"),
    item("rule", "rule", "-4 pref 0 from all lookup 255 proto kernel"),
    item("rule", "rule", "-6 pref 32766 from all lookup 254 proto kernel"),
    item("rule", "rule", "-4 pref 32767 from all lookup 253"),
    item("iptables-legacy", "policy", "-P INPUT ACCEPT", "filter"),
  ];

  /** Somebody's, each near to one of the above. */
  const somebodys: readonly StateItem[] = [
    item("route", "route", "unicast 172.190.0.105 dev lo proto 248 scope link", "198"),
    item("route", "route", "unicast 10.0.0.0/24 dev br0 proto kernel scope link", "198"),
    item("route", "route", "local 10.200.0.1 dev lo proto static scope host", "255"),
    item("route", "route", "unicast 10.0.0.0/24 dev kernel proto boot scope link", "254"),
    item("address", "address", "fe80::1/64 dev br0 scope link"),
    item("address", "address", "fe80::ecee:eeff:feee:eeee/128 dev br0 scope link"),
    item("address", "address", "127.0.0.2/8 dev lo scope host"),
    item("address", "address", "10.200.0.1/32 dev lo scope global"),
    item("link", "link", "link kube-ipvs0 down mtu 1500 type dummy"),
    item("link", "link", "link tunl0 up mtu 1480 type ipip"),
    item("rule", "rule", "-4 pref 100 from all fwmark 0x40/0x40 lookup 198 proto unspec"),
    item("rule", "rule", "-4 pref 0 from all lookup 254 proto kernel"),
    item("iptables-nft", "policy", "-P FORWARD DROP", "filter"),
    item("iptables-nft", "chain", "-N KUBE-VIP-EGRESS", "mangle"),
    item("nftables", "chain", "-P INPUT ACCEPT", "ip filter"),
    item("ipset", "set", "create foo hash:ip family inet"),
  ];

  it.each(made.map((one) => [one.text, one] as const))("is known: %s", (_, one) => {
    expect(isKernelMade(one)).toBe(true);
  });

  it.each(somebodys.map((one) => [one.text, one] as const))("is nobody else's: %s", (_, one) => {
    expect(isKernelMade(one)).toBe(false);
  });
});
