import { describe, expect, it } from "vitest";
import type { StateItem, Token } from "../model/state.ts";
import type { SavedTables } from "./iptables.ts";
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

function rule(...expr: readonly Json[]): StateItem {
  const [item] = parse({ rule: { family: "ip", table: "t", chain: "c", handle: 28, expr } });
  if (item === undefined) throw new Error("no rule");
  return item;
}

const textOf = (item: StateItem): string => item.text.replace(/^add rule c /, "");

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
const meta = (key: string): Json => ({ meta: { key } });

describe("rules of nft", () => {
  /** As nft 1.0.6 printed them, with what is expected of them. */
  const cases: readonly (readonly [string, readonly Json[], readonly string[]])[] = [
    [
      "ip daddr 10.96.0.10 tcp dport 80 ip saddr != 10.244.0.0/16 jump mark-for-masquerade",
      [
        match(payload("ip", "daddr"), "10.96.0.10"),
        match(payload("tcp", "dport"), 80),
        match(payload("ip", "saddr"), { prefix: { addr: "10.244.0.0", len: 16 } }, "!="),
        { jump: { target: "mark-for-masquerade" } },
      ],
      ["10.96.0.10", "destination tcp 80-80", "10.244.0.0..10.244.255.255", "reference mark-for-masquerade"],
    ],
    [
      "meta l4proto tcp dnat to 10.244.0.5:8080",
      [match(meta("l4proto"), "tcp"), { dnat: { addr: "10.244.0.5", port: 8080 } }],
      ["10.244.0.5", "target tcp 8080-8080"],
    ],
    [
      "ip6 daddr fd00::7 tcp dport 80 dnat to [fd00::8]:80",
      [
        match(payload("ip6", "daddr"), "fd00::7"),
        match(payload("tcp", "dport"), 80),
        { dnat: { addr: "fd00::8", port: 80 } },
      ],
      ["fd00::7", "destination tcp 80-80", "fd00::8", "target tcp 80-80"],
    ],
    [
      "meta l4proto 17 dnat to 10.244.0.5-10.244.0.9:80-90",
      [
        match(meta("l4proto"), 17),
        { dnat: { addr: { range: ["10.244.0.5", "10.244.0.9"] }, port: { range: [80, 90] } } },
      ],
      ["10.244.0.5..10.244.0.9", "target udp 80-90"],
    ],
    [
      "snat to ip saddr map { 10.244.0.5 : 1.2.3.4 }",
      [
        {
          snat: {
            addr: { map: { key: payload("ip", "saddr"), data: { set: [["10.244.0.5", "1.2.3.4"]] } } },
          },
        },
      ],
      ["10.244.0.5", "1.2.3.4"],
    ],
    [
      "ip daddr . meta l4proto . th dport vmap @service-ips",
      [
        {
          vmap: {
            key: { concat: [payload("ip", "daddr"), meta("l4proto"), payload("th", "dport")] },
            data: "@service-ips",
          },
        },
      ],
      ["reference service-ips"],
    ],
    [
      "numgen random mod 2 vmap { 0 : goto endpoint-X-ns1/svc1/tcp/p80__10.244.0.5/8080, 1 : drop }",
      [
        {
          vmap: {
            key: { numgen: { mode: "random", mod: 2, offset: 0 } },
            data: {
              set: [
                [1, { drop: null }],
                [0, { goto: { target: "endpoint-X-ns1/svc1/tcp/p80__10.244.0.5/8080" } }],
              ],
            },
          },
        },
      ],
      [
        "reference endpoint-X-ns1/svc1/tcp/p80__10.244.0.5/8080",
        "name endpoint-X-ns1",
        "name svc1",
        "name tcp",
        "name p80",
        "name 10.244.0.5",
        "name 8080",
        "10.244.0.5",
      ],
    ],
    [
      "(meta mark & 0x4000) != 0x0 meta mark set (meta mark ^ 0x4000)",
      [
        match({ "&": [meta("mark"), 16384] }, 0, "!="),
        { mangle: { key: meta("mark"), value: { "^": [meta("mark"), 16384] } } },
      ],
      ["0x4000/0x4000"],
    ],
    ["meta mark 0x40 accept", [match(meta("mark"), 64), { accept: null }], ["0x40/0xffffffff"]],
    ["(meta mark & 0xff) 0x10", [match({ "&": [meta("mark"), 255] }, 16)], ["0x10/0xff"]],
    [
      "meta mark set ((meta mark & 0xffff00ff) | 0x100)",
      [{ mangle: { key: meta("mark"), value: { "|": [{ "&": [meta("mark"), 4294902015] }, 256] } } }],
      ["0x100/0xff00"],
    ],
    [
      "iifname br0 oifname { veth0, veth1 } tcp dport { 1000-2000, 80 } ip daddr != { 10.0.0.1-10.0.0.9, 10.9.0.0/16 } return",
      [
        match(meta("iifname"), "br0"),
        match(meta("oifname"), { set: ["veth1", "veth0"] }),
        match(payload("tcp", "dport"), { set: [80, { range: [1000, 2000] }] }),
        match(
          payload("ip", "daddr"),
          { set: [{ range: ["10.0.0.1", "10.0.0.9"] }, { prefix: { addr: "10.9.0.0", len: 16 } }] },
          "!=",
        ),
        { return: null },
      ],
      [
        "interface br0",
        "interface veth1",
        "interface veth0",
        "destination tcp 80-80",
        "destination tcp 1000-2000",
        "10.0.0.1..10.0.0.9",
        "10.9.0.0..10.9.255.255",
      ],
    ],
    [
      "ip daddr . tcp dport { 1.2.3.4 . 80, 1.2.3.5 . 90 } drop",
      [
        match(
          { concat: [payload("ip", "daddr"), payload("tcp", "dport")] },
          { set: [{ concat: ["1.2.3.5", 90] }, { concat: ["1.2.3.4", 80] }] },
        ),
        { drop: null },
      ],
      ["1.2.3.5", "destination tcp 90-90", "1.2.3.4", "destination tcp 80-80"],
    ],
    [
      "ct mark 0x1 ct original ip daddr 10.3.3.3 drop",
      [
        match({ ct: { key: "mark" } }, 1),
        match({ ct: { key: "ip daddr", dir: "original" } }, "10.3.3.3"),
        { drop: null },
      ],
      ["0x1/0xffffffff", "10.3.3.3"],
    ],
    ["ip6 daddr @s6 drop", [match(payload("ip6", "daddr"), "@s6"), { drop: null }], ["reference s6"]],
    [
      "update @aff { ip saddr }",
      [{ set: { op: "update", elem: payload("ip", "saddr"), set: "@aff" } }],
      ["reference aff"],
    ],
    [
      "tcp sport 1-1024 redirect to :8080",
      [match(payload("tcp", "sport"), { range: [1, 1024] }), { redirect: { port: 8080 } }],
      ["source tcp 1-1024", "target tcp 8080-8080"],
    ],
    [
      'limit rate 5 per second burst 5 log prefix "x y" drop',
      [{ limit: { rate: 5, burst: 5, per: "second" } }, { log: { prefix: "x y" } }, { drop: null }],
      ["name x y", "name x", "name y"],
    ],
    ["quota over 25 mbytes", [{ quota: { val: 25, val_unit: "mbytes", inv: true } }], []],
    ['counter name "c1" accept', [{ counter: "c1" }, { accept: null }], []],
    [
      "ct state established,related accept",
      [match({ ct: { key: "state" } }, ["established", "related"], "in"), { accept: null }],
      [],
    ],
    [
      "fib saddr . iif oif false drop",
      [match({ fib: { result: "oif", flags: ["saddr", "iif"] } }, false), { drop: null }],
      [],
    ],
    // A statement that nft 1.0.6 has no JSON for is nft text inside of the JSON.
    [
      "jump { ip saddr 10.0.0.7 goto other }",
      ["jump {\n\t\t\tip saddr 10.0.0.7 counter packets 5 bytes 10 goto other\n\t\t}"],
      ["reference other", "10.0.0.7"],
    ],
    ['{"frobnicate":{"address":"10.0.0.8"}}', [{ frobnicate: { address: "10.0.0.8" } }], ["10.0.0.8"]],
  ];

  it.each(cases)("%s", (text, expr, tokens) => {
    const item = rule(...expr);
    expect(textOf(item)).toBe(text);
    expect(brief(item.tokens)).toEqual(tokens);
  });

  it("keep comments, and leave out handles and counters", () => {
    const [item] = parse({
      rule: {
        family: "ip",
        table: "filter",
        chain: "INPUT",
        handle: 8,
        comment: "ns/svc - drop",
        expr: [{ counter: { packets: 5, bytes: 10 } }, { drop: null }],
      },
    });
    expect(item?.text).toBe('add rule INPUT drop comment "ns/svc - drop"');
    expect(brief(item?.tokens ?? [])).toEqual(
      expect.arrayContaining(["name ns/svc - drop", "name ns", "name svc"]),
    );
    expect(item).toMatchObject({ family: "nftables", table: "ip filter", chain: "INPUT", kind: "rule" });
  });
});
