import { describe, expect, it } from "vitest";
import { parseIpsetSave } from "./ipset.ts";

/** ipset 7.17. */
const saved = `create foo hash:ip,port family inet hashsize 1024 maxelem 65536 timeout 600 counters comment bucketsize 12 initval 0x25f46892
add foo 10.1.1.1,tcp:80 timeout 599 packets 3 bytes 180 comment "hello timeout 5"
add foo 10.1.1.2,udp:53-60 timeout 599 packets 0 bytes 0
create bar hash:net family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x2bf20163
add bar fd00::/64 nomatch
create bm bitmap:port range 0-100
add bm 5
create li list:set size 8
add li foo
create nif hash:net,iface family inet hashsize 64 maxelem 65536
add nif 10.0.0.0/8,physdev:eth0
create mk hash:ip,mark family inet hashsize 64 maxelem 65536 skbinfo
add mk 10.0.0.1,0x00000063 skbmark 0x40/0x40
create KUBE-DST-A hash:ip,port,ip family inet6 hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x1
add KUBE-DST-A fd00:10::5,tcp:6443,fd00:30::1 timeout 0
create kube-router-svip hash:ip family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x2
add kube-router-svip 10.97.0.50 timeout 0
add kube-router-svip 10.97.0.51 timeout 42
create odd hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x3
add odd 10.1.1.1,icmp:echo-request
`;

describe("ipset save", () => {
  const items = parseIpsetSave(saved);

  it("leaves out what is random, counted or running out", () => {
    expect(items.map((item) => `${item.kind} ${item.chain}: ${item.text}`)).toEqual([
      "set foo: create foo hash:ip,port family inet maxelem 65536 timeout 600 counters comment",
      'member foo: add foo 10.1.1.1,tcp:80 comment "hello timeout 5"',
      "member foo: add foo 10.1.1.2,udp:53-60",
      "set bar: create bar hash:net family inet6 maxelem 65536",
      "member bar: add bar fd00::/64 nomatch",
      "set bm: create bm bitmap:port range 0-100",
      "member bm: add bm 5",
      "set li: create li list:set size 8",
      "member li: add li foo",
      "set nif: create nif hash:net,iface family inet maxelem 65536",
      "member nif: add nif 10.0.0.0/8,physdev:eth0",
      "set mk: create mk hash:ip,mark family inet maxelem 65536 skbinfo",
      "member mk: add mk 10.0.0.1,0x00000063 skbmark 0x40/0x40",
      "set KUBE-DST-A: create KUBE-DST-A hash:ip,port,ip family inet6 maxelem 65536 timeout 0",
      "member KUBE-DST-A: add KUBE-DST-A fd00:10::5,tcp:6443,fd00:30::1 timeout 0",
      "set kube-router-svip: create kube-router-svip hash:ip family inet maxelem 65536 timeout 0",
      "member kube-router-svip: add kube-router-svip 10.97.0.50 timeout 0",
      "member kube-router-svip: add kube-router-svip 10.97.0.51",
      "set odd: create odd hash:ip,port family inet maxelem 65536",
      "member odd: add odd 10.1.1.1,icmp:echo-request",
    ]);
  });

  it("names what members name", () => {
    expect(items[1]?.tokens.slice(0, 3)).toEqual([
      { kind: "addresses", family: 4, first: "10.1.1.1", last: "10.1.1.1" },
      { kind: "ports", first: 80, last: 80, role: "destination", protocol: "tcp" },
      { kind: "name", name: "hello timeout 5" },
    ]);
    expect(items[2]?.tokens).toContainEqual({
      kind: "ports",
      first: 53,
      last: 60,
      role: "destination",
      protocol: "udp",
    });
    expect(items[4]?.tokens).toEqual([
      { kind: "addresses", family: 6, first: "fd00::", last: "fd00::ffff:ffff:ffff:ffff" },
    ]);
    expect(items[6]?.tokens).toEqual([{ kind: "ports", first: 5, last: 5, role: "destination" }]);
    expect(items[8]?.tokens).toEqual([{ kind: "reference", name: "foo" }]);
    expect(items[10]?.tokens).toContainEqual({ kind: "interface", name: "eth0" });
    expect(items[12]?.tokens).toEqual([
      { kind: "addresses", family: 4, first: "10.0.0.1", last: "10.0.0.1" },
      { kind: "mark", value: "0x63/0xffffffff" },
      { kind: "mark", value: "0x40/0x40" },
    ]);
    expect(items[14]?.tokens).toEqual([
      { kind: "addresses", family: 6, first: "fd00:10::5", last: "fd00:10::5" },
      { kind: "ports", first: 6443, last: 6443, role: "destination", protocol: "tcp" },
      { kind: "addresses", family: 6, first: "fd00:30::1", last: "fd00:30::1" },
    ]);
    expect(items[19]?.tokens).toEqual([
      { kind: "addresses", family: 4, first: "10.1.1.1", last: "10.1.1.1" },
    ]);
  });

  it.each(["add gone 10.0.0.1\n", "create x hash:unknown family inet\n", "ipset: error\n", "create x\n"])(
    "rejects %j",
    (text) => {
      expect(() => parseIpsetSave(text)).toThrow(/state\/unreadable/);
    },
  );
});
