import { describe, expect, it } from "vitest";
import { parseRoutes, parseRules } from "./routes.ts";

/** `ip -N -j -d -4 route show table all`, iproute2 6.1. */
const routes4 = `[{"type":"6","dst":"10.251.0.0/16","table":"198","protocol":"248","scope":"0","flags":[]},
{"type":"1","dst":"172.190.0.105","dev":"lo","table":"198","protocol":"248","scope":"253","flags":["linkdown"]},
{"type":"1","dst":"default","gateway":"172.30.1.1","dev":"br0","table":"254","protocol":"3","scope":"0","flags":["onlink"]},
{"type":"1","dst":"10.250.0.0/16","table":"254","protocol":"3","scope":"0","flags":[],"nexthops":[{"gateway":"172.30.1.2","dev":"br0","weight":1,"flags":[]},{"gateway":"172.30.1.1","dev":"br0","weight":2,"flags":["dead"]}]},
{"type":"1","dst":"172.30.1.0/24","dev":"br0","table":"254","protocol":"2","scope":"253","prefsrc":"172.30.1.10","flags":[]},
{"type":"2","dst":"10.200.0.1","dev":"lo","table":"255","protocol":"2","scope":"254","prefsrc":"10.200.0.1","flags":[]}]`;
const routes6 = `[{"type":"1","dst":"FD00:99::/64","gateway":"fd00:30::1","dev":"br0","table":"198","protocol":"248","scope":"0","metric":1024,"flags":[],"pref":"medium"},
{"type":"1","dst":"default","via":{"family":"inet6","host":"fe80::1"},"dev":"br0","table":"254","protocol":"9","scope":"0","metric":1024,"flags":[],"expires":1790,"pref":"medium"}]`;

describe("ip route", () => {
  it("is written with names, its table apart", () => {
    expect(parseRoutes(4, routes4).map((item) => `${item.table}: ${item.text}`)).toEqual([
      "198: blackhole 10.251.0.0/16 proto 248 scope global",
      "198: unicast 172.190.0.105 dev lo proto 248 scope link",
      "254: unicast 0.0.0.0/0 via 172.30.1.1 dev br0 proto boot scope global onlink",
      "254: unicast 10.250.0.0/16 proto boot scope global nexthop via 172.30.1.1 dev br0 weight 2 nexthop via 172.30.1.2 dev br0 weight 1",
      "254: unicast 172.30.1.0/24 dev br0 proto kernel scope link prefsrc 172.30.1.10",
      "255: local 10.200.0.1 dev lo proto kernel scope host prefsrc 10.200.0.1",
    ]);
    expect(parseRoutes(6, routes6).map((item) => `${item.table}: ${item.text}`)).toEqual([
      "198: unicast fd00:99::/64 via fd00:30::1 dev br0 proto 248 scope global metric 1024",
      "254: unicast ::/0 via fe80::1 dev br0 proto ra scope global metric 1024",
    ]);
  });

  it("reads names as well as numbers", () => {
    const named = `[{"type":"local","dst":"10.200.0.1","dev":"lo","table":"local","protocol":"kernel","scope":"host","prefsrc":"10.200.0.1","flags":[]},{}]`;
    expect(parseRoutes(4, named)).toEqual(parseRoutes(4, routes4).slice(-1));
  });

  it("names destination, gateways, source and interfaces, but not the default route's everything", () => {
    const items = parseRoutes(4, routes4);
    expect(items[2]?.tokens).toEqual([
      { kind: "addresses", family: 4, first: "172.30.1.1", last: "172.30.1.1" },
      { kind: "interface", name: "br0" },
    ]);
    expect(items[3]?.tokens).toEqual([
      { kind: "addresses", family: 4, first: "10.250.0.0", last: "10.250.255.255" },
      { kind: "addresses", family: 4, first: "172.30.1.2", last: "172.30.1.2" },
      { kind: "interface", name: "br0" },
      { kind: "addresses", family: 4, first: "172.30.1.1", last: "172.30.1.1" },
    ]);
    expect(items[4]?.tokens).toContainEqual({
      kind: "addresses",
      family: 4,
      first: "172.30.1.10",
      last: "172.30.1.10",
    });
  });

  it.each(["", "{}", "Error: FIB table does not exist", '["default"]'])("rejects %j", (text) => {
    expect(() => parseRoutes(4, text)).toThrow(/state\/unreadable/);
  });
});

describe("ip rule", () => {
  const rules = `[{"priority":0,"src":"all","table":"255","protocol":"2"},
{"priority":100,"src":"all","fwmark":"0x40","fwmask":"0x40","table":"198","protocol":"0"},
{"priority":101,"src":"10.244.0.0","srclen":16,"dst":"10.96.0.7","iif":"br0","table":"198","protocol":"0"},
{"priority":200,"not":null,"src":"all","ipproto":"ipproto-6","dport_start":80,"dport_end":90,"action":"7","protocol":"0"},
{"priority":32766,"src":"all","table":"main","protocol":"kernel","suppress_prefixlen":0}]`;
  const items = parseRules(4, rules);

  it("is written with version and preference", () => {
    expect(items.map((item) => item.text)).toEqual([
      "-4 pref 0 from all lookup 255 proto kernel",
      "-4 pref 100 from all fwmark 0x40/0x40 lookup 198 proto unspec",
      "-4 pref 101 from 10.244.0.0/16 to 10.96.0.7 iif br0 lookup 198 proto unspec",
      "-4 pref 200 not from all ipproto tcp dport 80-90 unreachable proto unspec",
      "-4 pref 32766 from all suppress_prefixlen 0 lookup 254 proto kernel",
    ]);
  });

  it("names marks, networks, ports and interfaces", () => {
    expect(items[1]?.tokens).toEqual([{ kind: "mark", value: "0x40/0x40" }]);
    expect(items[2]?.tokens).toEqual([
      { kind: "addresses", family: 4, first: "10.244.0.0", last: "10.244.255.255" },
      { kind: "addresses", family: 4, first: "10.96.0.7", last: "10.96.0.7" },
      { kind: "interface", name: "br0" },
    ]);
    expect(items[3]?.tokens).toEqual([
      { kind: "ports", first: 80, last: 90, role: "destination", protocol: "tcp" },
    ]);
  });

  it("keeps the versions apart", () => {
    expect(parseRules(6, rules)[0]?.text).not.toBe(items[0]?.text);
  });

  it("rejects what is no list", () => {
    expect(() => parseRules(4, "RTNETLINK answers: Operation not permitted")).toThrow(/state\/unreadable/);
  });
});
