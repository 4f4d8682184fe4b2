import { describe, expect, it } from "vitest";
import { parseLinks, parseNeighbours } from "./links.ts";

/** `ip -j -d addr`, iproute2 6.1; shortened. */
const links = `[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"qdisc":"noqueue","operstate":"UNKNOWN","address":"00:00:00:00:00:00","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host","label":"lo","valid_life_time":4294967295,"preferred_life_time":4294967295},{"family":"inet","local":"10.200.0.1","prefixlen":32,"scope":"global","label":"lo","valid_life_time":4294967295,"preferred_life_time":4294967295}]},
{"ifindex":2,"ifname":"br0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,"operstate":"UP","address":"da:1a:d6:bc:3f:83","linkinfo":{"info_kind":"bridge","info_data":{"ageing_time":30000,"vlan_filtering":0,"bridge_id":"8000.da:1a:d6:bc:3f:83","gc_timer":299.56}},"addr_info":[{"family":"inet6","local":"FD00:30::a","prefixlen":64,"scope":"global","nodad":true,"tentative":true,"valid_life_time":86390,"preferred_life_time":14390,"dynamic":true},{"family":"inet","local":"10.9.0.1","address":"10.9.0.2","prefixlen":32,"scope":"global","noprefixroute":true}]},
{"ifindex":4,"link":"veth1","ifname":"veth0@if3","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,"master":"br0","address":"f2:6b:f9:27:c1:ec","linkinfo":{"info_kind":"veth"},"addr_info":[]},
{"ifindex":7,"ifname":"vx","flags":["NOARP"],"mtu":1450,"linkinfo":{"info_kind":"vxlan","info_data":{"id":42,"link":"br0","local":"172.30.1.10","port":4789,"ageing":300}},"addr_info":[]}]`;

describe("ip addr", () => {
  const items = parseLinks(links);

  it("shows links and addresses without indexes, MACs, timers and lifetimes", () => {
    expect(items.map((item) => `${item.kind}: ${item.text}`)).toEqual([
      "link: link lo up mtu 65536",
      "address: 127.0.0.1/8 dev lo scope host",
      "address: 10.200.0.1/32 dev lo scope global",
      "link: link br0 up mtu 1500 type bridge vlan_filtering 0",
      "address: fd00:30::a/64 dev br0 scope global",
      "address: 10.9.0.1 peer 10.9.0.2/32 dev br0 scope global noprefixroute",
      "link: link veth0 up mtu 1500 type veth master br0",
      "link: link vx down mtu 1450 type vxlan id 42 local 172.30.1.10 link br0 port 4789 noarp",
    ]);
  });

  it("does not change with carrier, duplicate address detection and lifetimes", () => {
    const later = links
      .replaceAll(',"LOWER_UP"', ',"NO-CARRIER"')
      .replace(',"tentative":true', "")
      .replace("86390", "100")
      .replaceAll("da:1a:d6:bc:3f:83", "02:00:00:00:00:01")
      .replace('"ifindex":4', '"ifindex":9');
    expect(parseLinks(later)).toEqual(items);
  });

  it("changes with an address, a master and the administrative state", () => {
    for (const [from, to] of [
      ['"prefixlen":32', '"prefixlen":24'],
      ['"master":"br0",', ""],
      ['"MULTICAST","UP"', '"MULTICAST"'],
    ] as const)
      expect(parseLinks(links.replace(from, to))).not.toEqual(items);
  });

  it("names addresses, peers, interfaces and masters", () => {
    expect(items[5]?.tokens).toEqual([
      { kind: "addresses", family: 4, first: "10.9.0.1", last: "10.9.0.1" },
      { kind: "addresses", family: 4, first: "10.9.0.2", last: "10.9.0.2" },
      { kind: "interface", name: "br0" },
    ]);
    expect(items[6]?.tokens).toEqual([
      { kind: "interface", name: "veth0" },
      { kind: "interface", name: "br0" },
    ]);
    expect(items[7]?.tokens).toContainEqual({
      kind: "addresses",
      family: 4,
      first: "172.30.1.10",
      last: "172.30.1.10",
    });
  });

  it("is never empty text", () => {
    expect(() => parseLinks("")).toThrow(/state\/unreadable/);
  });
});

describe("ip neigh", () => {
  it("shows permanent and proxy entries", () => {
    const items = parseNeighbours(
      '[{"dst":"FD00:30::77","dev":"br0","lladdr":"02:00:00:00:00:01","state":["PERMANENT"]},{"dst":"172.30.1.99","dev":"br0","proxy":null}]',
    );
    expect(items.map((item) => item.text)).toEqual([
      "fd00:30::77 dev br0 lladdr 02:00:00:00:00:01 nud permanent",
      "172.30.1.99 dev br0 proxy",
    ]);
    expect(items[0]?.tokens[0]).toEqual({
      kind: "addresses",
      family: 6,
      first: "fd00:30::77",
      last: "fd00:30::77",
    });
    expect(() => parseNeighbours("?")).toThrow(/state\/unreadable/);
  });
});
