import { describe, expect, it } from "vitest";
import type { StateItem, Token } from "../model/state.ts";
import { parseIptablesSave, type SavedTables } from "./iptables.ts";
import type { Json } from "./json.ts";
import { parseNftRuleset } from "./nftables.ts";

const nothing: SavedTables = { items: [], tables: new Set(), incompatible: new Set() };
const metainfo = { metainfo: { version: "1.0.6", release_name: "Lester Gooch #5", json_schema_version: 1 } };

function ruleset(...objects: readonly Json[]): string {
  return JSON.stringify({ nftables: [metainfo, ...objects] });
}

function parse(...objects: readonly Json[]): readonly StateItem[] {
  return parseNftRuleset(ruleset(...objects), { ip: nothing, ip6: nothing }).items;
}

function brief(tokens: readonly Token[]): readonly string[] {
  return tokens.map((token) => {
    if (token.kind === "addresses")
      return token.first === token.last ? token.first : `${token.first}..${token.last}`;
    if (token.kind === "ports")
      return `${token.role} ${token.protocol ?? "any"} ${token.first}-${token.last}`;
    return token.kind === "mark" ? token.value : `${token.kind} ${token.name}`;
  });
}

const payload = (protocol: string, field: string): Json => ({ payload: { protocol, field } });
const match = (left: Json, right: Json, op = "=="): Json => ({ match: { op, left, right } });

describe("tables, chains, sets and maps of nft", () => {
  it("are items, and so is each element", () => {
    const items = parse(
      { table: { family: "ip", name: "kube-proxy", handle: 7 } },
      {
        chain: {
          family: "ip",
          table: "kube-proxy",
          name: "nat-pre",
          handle: 5,
          type: "nat",
          hook: "prerouting",
          prio: -100,
          policy: "accept",
        },
      },
      {
        set: {
          family: "ip",
          name: "nodeport-ips",
          table: "kube-proxy",
          type: "ipv4_addr",
          handle: 7,
          flags: ["interval"],
          elem: [{ range: ["10.0.0.1", "10.0.0.9"] }, { prefix: { addr: "172.30.1.0", len: 24 } }],
        },
      },
      {
        set: {
          family: "ip",
          name: "aff",
          table: "kube-proxy",
          type: "ipv4_addr",
          handle: 10,
          flags: ["timeout"],
          timeout: 10800,
          elem: [{ elem: { val: "10.7.7.7", timeout: 3600, expires: 3599 } }],
        },
      },
      {
        set: {
          family: "ip",
          name: "cc",
          table: "kube-proxy",
          type: ["ipv4_addr", "inet_service"],
          handle: 12,
          elem: [
            {
              elem: {
                val: { concat: [{ prefix: { addr: "10.0.0.0", len: 8 } }, { range: [80, 90] }] },
                comment: "ab",
                counter: { packets: 9, bytes: 9 },
              },
            },
          ],
        },
      },
      {
        map: {
          family: "ip",
          name: "service-ips",
          table: "kube-proxy",
          type: ["ipv4_addr", "inet_proto", "inet_service"],
          handle: 16,
          comment: "ClusterIPs",
          map: "verdict",
          elem: [
            [
              { elem: { val: { concat: ["10.96.0.1", "tcp", 443] }, comment: "hi" } },
              { goto: { target: "service-X-ns/svc" } },
            ],
          ],
        },
      },
      {
        map: {
          family: "ip",
          name: "hp",
          table: "kube-proxy",
          type: ["inet_proto", "inet_service"],
          handle: 15,
          map: "ipv4_addr . inet_service",
          elem: [[{ concat: [17, { range: [80, 81] }] }, { concat: ["10.244.0.5", 8080] }]],
        },
      },
      { counter: { family: "inet", name: "c1", table: "mix", handle: 2, packets: 3, bytes: 4 } },
      { quota: { family: "inet", name: "q1", table: "mix", handle: 4, bytes: 10485760, used: 5, inv: true } },
    );
    expect(items.map((item) => `${item.kind} ${item.text}`)).toEqual([
      "table add table ip kube-proxy",
      "chain add chain nat-pre { type nat; hook prerouting; prio -100; policy accept; }",
      "set add set nodeport-ips { type ipv4_addr; flags interval; }",
      "member add element nodeport-ips { 10.0.0.1-10.0.0.9 }",
      "member add element nodeport-ips { 172.30.1.0/24 }",
      "set add set aff { type ipv4_addr; flags timeout; timeout 10800; }",
      "member add element aff { 10.7.7.7 }",
      "set add set cc { type ipv4_addr . inet_service; }",
      'member add element cc { 10.0.0.0/8 . 80-90 comment "ab" }',
      'map add map service-ips { type ipv4_addr . inet_proto . inet_service; map verdict; comment "ClusterIPs"; }',
      'member add element service-ips { 10.96.0.1 . tcp . 443 comment "hi" : goto service-X-ns/svc }',
      "map add map hp { type inet_proto . inet_service; map ipv4_addr . inet_service; }",
      "member add element hp { 17 . 80-81 : 10.244.0.5 . 8080 }",
      "value add counter c1",
      "value add quota q1 { bytes 10485760; inv true; }",
    ]);
    expect(brief(items[3]?.tokens ?? [])).toEqual(["10.0.0.1..10.0.0.9"]);
    expect(brief(items[8]?.tokens ?? [])).toEqual([
      "10.0.0.0..10.255.255.255",
      "destination any 80-90",
      "name ab",
    ]);
    expect(brief(items[10]?.tokens ?? [])).toEqual([
      "10.96.0.1",
      "destination tcp 443-443",
      "name hi",
      "reference service-X-ns/svc",
      "name service-X-ns",
      "name svc",
    ]);
    expect(brief(items[12]?.tokens ?? [])).toEqual([
      "destination udp 80-81",
      "10.244.0.5",
      "target any 8080-8080",
    ]);
  });

  it.each(["", "{}", '{"nftables": []}', "[]", "nft: not found"])("are never read from %j", (text) => {
    expect(() => parseNftRuleset(text, { ip: nothing, ip6: nothing })).toThrow(/state\/unreadable/);
  });
});

describe("tables that iptables-nft shares", () => {
  const saved = parseIptablesSave(
    "iptables-nft",
    "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -i br0 -j DROP\n-A INPUT -j DROP\nCOMMIT\n",
  );
  const inFilter = { family: "ip", table: "filter" } as const;
  const xt = {
    rule: {
      ...inFilter,
      chain: "INPUT",
      handle: 4,
      expr: [{ xt: { type: "match", name: "set" } }, { drop: null }],
    },
  };
  const lookup = {
    rule: {
      ...inFilter,
      chain: "INPUT",
      handle: 7,
      expr: [match(payload("ip", "saddr"), "@myset"), { drop: null }],
    },
  };
  const set = { set: { ...inFilter, name: "myset", type: "ipv4_addr", elem: ["9.9.9.9"] } };
  const objects = [
    { table: { family: "ip", name: "filter" } },
    { chain: { ...inFilter, name: "INPUT" } },
    xt,
    lookup,
    set,
  ];

  it("are left to iptables-nft-save, but for what it hides", () => {
    const { items, lossy } = parseNftRuleset(ruleset(...objects), { ip: saved, ip6: nothing });
    expect(items.map((item) => item.text)).toEqual([
      "add rule INPUT ip saddr @myset drop",
      "add set myset { type ipv4_addr; }",
      "add element myset { 9.9.9.9 }",
    ]);
    expect(lossy).toEqual([{ family: "ip", table: "filter", chain: "INPUT", index: 1, of: 2 }]);
  });

  it("are told by who printed them, not by their names", () => {
    const { items } = parseNftRuleset(ruleset(...objects.filter((object) => object !== xt)), {
      ip: nothing,
      ip6: saved,
    });
    expect(items.map((item) => item.kind)).toEqual(["table", "chain", "rule", "set", "member"]);
  });

  it("are an error where neither tool can read them", () => {
    const refused: SavedTables = { ...nothing, incompatible: new Set(["filter"]) };
    expect(() => parseNftRuleset(ruleset(...objects), { ip: refused, ip6: nothing })).toThrow(
      /state\/tool-failed.*table ip filter/,
    );
    expect(() => parseNftRuleset(ruleset(), { ip: refused, ip6: nothing })).toThrow(
      /state\/tool-failed.*nft does not list/,
    );
    expect(() =>
      parseNftRuleset(ruleset({ rule: { ...xt.rule, table: "other" } }), { ip: saved, ip6: nothing }),
    ).toThrow(/state\/tool-failed/);
  });

  it("are read by nft where they are wholly native", () => {
    const refused: SavedTables = { ...nothing, incompatible: new Set(["filter"]) };
    const native = objects.filter((object) => object !== xt);
    expect(parseNftRuleset(ruleset(...native), { ip: refused, ip6: nothing }).items).toHaveLength(5);
  });
});
