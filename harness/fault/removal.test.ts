import { expect, test } from "vitest";
import type { StateItem } from "../model/state.ts";
import { parseIptablesSave } from "../state/iptables.ts";
import { parseIpvs } from "../state/ipvs.ts";
import { parseIpsetSave } from "../state/ipset.ts";
import { parseRoutes } from "../state/routes.ts";
import { handleKey, removalCommands } from "./removal.ts";
import { readRuleHandles } from "./remove-items.ts";

const nat = parseIptablesSave(
  "iptables-nft",
  `*nat
:PREROUTING ACCEPT [0:0]
:OTHERS - [0:0]
:OWN - [0:0]
-A PREROUTING -m comment --comment "it's own" -j OWN
-A OTHERS -s 10.0.0.1/32 -j RETURN
-A OWN -s 10.0.0.2/32 -j RETURN
-A OWN -j OTHERS
COMMIT
`,
).items;
const none = new Map<string, readonly number[]>();

function find(items: readonly StateItem[], kind: string, text: string): StateItem {
  const found = items.find((item) => item.kind === kind && item.text.includes(text));
  if (!found) throw new Error(`no ${kind} with ${text}`);
  return found;
}

test("a rule goes by its own text, and nothing else does", () => {
  expect(removalCommands([find(nat, "rule", "it's own")], nat, none)).toEqual([
    {
      argv: ["iptables-nft-restore", "--noflush", "-w", "10"],
      input: `*nat\n-D PREROUTING -m comment --comment "it's own" -j OWN\nCOMMIT\n`,
    },
  ]);
});

test("a chain goes with its rules and with the rules that lead to it, each once", () => {
  const items = [find(nat, "chain", "-N OWN"), find(nat, "rule", "-A OWN -s"), find(nat, "rule", "it's own")];
  // Two looks at a node give two sets of objects.
  const again = items.map((item) => ({ ...item }));
  expect(removalCommands(again, nat, none).map(({ input }) => input)).toEqual([
    `*nat\n-D PREROUTING -m comment --comment "it's own" -j OWN\n-F OWN\n-X OWN\nCOMMIT\n`,
  ]);
});

test("a policy becomes ACCEPT", () => {
  const policy = { ...find(nat, "policy", "PREROUTING"), text: "-P PREROUTING DROP" };
  expect(removalCommands([policy], nat, none)[0]?.input).toBe("*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n");
});

test("a member is deleted, a set is emptied and destroyed, after the rules", () => {
  const sets = parseIpsetSave(
    "create own hash:ip,port family inet\nadd own 10.0.0.1,tcp:80 timeout 0\nadd other 10.0.0.3\n".replace(
      "add other 10.0.0.3\n",
      "",
    ),
  );
  expect(removalCommands([find(sets, "member", "10.0.0.1")], sets, none)).toEqual([
    { argv: ["ipset", "restore"], input: "del own 10.0.0.1,tcp:80\n" },
  ]);
  const all = [...sets, ...nat];
  const commands = removalCommands([...sets, find(nat, "rule", "it's own")], all, none);
  expect(commands.map(({ argv }) => argv[0])).toEqual(["iptables-nft-restore", "ipset"]);
  expect(commands[1]?.input).toBe("flush own\ndestroy own\n");
});

test("a route goes by what it is called, its ways left out", () => {
  const json = (value: object): string => JSON.stringify([value]);
  const routes = [
    ...parseRoutes(
      4,
      json({
        type: "1",
        dst: "10.9.0.1",
        dev: "eth0",
        table: "198",
        protocol: "248",
        scope: "253",
        flags: [],
      }),
    ),
    ...parseRoutes(
      6,
      json({
        type: "1",
        dst: "fd00::/64",
        protocol: "3",
        metric: 1024,
        flags: [],
        nexthops: [{ gateway: "fe80::1", dev: "eth0", weight: 1 }],
      }),
    ),
  ];
  expect(removalCommands(routes, routes, none).map(({ argv }) => argv.join(" "))).toEqual([
    "ip -4 route del unicast 10.9.0.1 dev eth0 proto 248 table 198",
    "ip -6 route del unicast fd00::/64 proto boot metric 1024 table 254",
  ]);
});

test("rules of ip come first, links last, whatever their order", () => {
  const item = (family: StateItem["family"], kind: StateItem["kind"], text: string): StateItem => ({
    family,
    kind,
    text,
    tokens: [],
  });
  const items = [
    item("link", "link", "link dummy0 up mtu 1500"),
    item("address", "address", "10.9.0.1 peer 10.9.0.2/32 dev dummy0 scope global"),
    item("neighbour", "neighbour", "10.9.0.3 dev dummy0 lladdr 02:00:00:00:00:01 nud permanent"),
    item("neighbour", "neighbour", "10.9.0.4 dev dummy0 proxy"),
    item("rule", "rule", "-6 pref 100 from all lookup 198 proto static"),
  ];
  expect(removalCommands(items, items, none).map(({ argv }) => argv.join(" "))).toEqual([
    "ip -6 rule del pref 100 from all lookup 198 proto static",
    "ip neigh del 10.9.0.3 dev dummy0",
    "ip neigh del proxy 10.9.0.4 dev dummy0",
    "ip addr del 10.9.0.1 peer 10.9.0.2/32 dev dummy0",
    "ip link del dummy0",
  ]);
});

const native = (kind: StateItem["kind"], chain: string, text: string, reference?: string): StateItem => ({
  family: "nftables",
  table: "ip own",
  kind,
  chain,
  text,
  tokens: reference === undefined ? [] : [{ kind: "reference", name: reference }],
});

test("native rules go by their handles: of two that are alike, one; a chain takes along who leads to it", () => {
  const rule = native("rule", "base", "add rule base ip saddr 10.0.0.1 accept");
  const jump = native("rule", "base", "add rule base goto mine", "mine");
  const entry = native("member", "dispatch", "add element dispatch { 10.0.0.1 : goto mine }", "mine");
  const chain = native("chain", "mine", "add chain mine");
  const all = [chain, native("rule", "mine", "add rule mine accept"), rule, rule, jump, entry];
  const handles = new Map([
    [handleKey(rule), [4, 5]],
    [handleKey(jump), [6]],
  ]);
  const input = (items: readonly StateItem[]): string | undefined =>
    removalCommands(items, all, handles)[0]?.input;
  expect(input([rule])).toBe("delete rule ip own base handle 4\n");
  expect(input([chain, { ...jump }, { ...entry }])).toBe(
    [
      "delete rule ip own base handle 6",
      "delete element ip own dispatch { 10.0.0.1 : goto mine }",
      "flush chain ip own mine",
      "delete chain ip own mine",
      "",
    ].join("\n"),
  );
  const table: StateItem = {
    family: "nftables",
    table: "ip own",
    kind: "table",
    text: "add table ip own",
    tokens: [],
  };
  expect(input([table, chain])).toBe("delete table ip own\n");
});

test("handles are found by the text that a snapshot has; rules of iptables-nft have none", () => {
  const at = { family: "ip", table: "own", chain: "base" };
  const text = JSON.stringify({
    nftables: [
      { metainfo: {} },
      { rule: { ...at, handle: 4, expr: [{ counter: { packets: 3, bytes: 4 } }, { accept: null }] } },
      { rule: { ...at, handle: 5, expr: [{ counter: { packets: 0, bytes: 0 } }, { accept: null }] } },
      { rule: { ...at, handle: 6, expr: [{ xt: { type: "target", name: "SNAT" } }] } },
    ],
  });
  const handles = [...readRuleHandles(text)];
  expect(handles).toHaveLength(1);
  expect(handles[0]?.[1]).toEqual([4, 5]);
});

test("a virtual server goes with its destinations, a destination alone", () => {
  const saved = `-A -t 10.97.0.5:80 -s rr
-a -t 10.97.0.5:80 -r 10.244.0.7:80 -m -w 1
-A -f 65 -6 -s rr
-a -f 65 -6 -r [fd00:10:244::7]:0 -m -w 1
`;
  const entry = "TCP  0A610005:0050 rr\n  -> 0AF40007:0050      Masq    1      0          0\n";
  const items = parseIpvs(saved, entry + entry);
  const all = [find(items, "service", "-A -t"), find(items, "destination", "-a -t")];
  expect(removalCommands(all, items, none)).toEqual([{ argv: ["ipvsadm", "-D", "-t", "10.97.0.5:80"] }]);
  expect(removalCommands([find(items, "destination", "-a -f")], items, none)).toEqual([
    { argv: ["ipvsadm", "-d", "-f", "65", "-6", "-r", "[fd00:10:244::7]:0"] },
  ]);
});
