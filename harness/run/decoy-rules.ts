import {
  backends,
  farAddress,
  nearAddress,
  ownAddress,
  type Backend,
  type Neighbour,
} from "./decoy-neighbour.ts";
import type { Argv, DecoyCheck, DecoyCommand } from "./decoy-plan.ts";

function chainOf(who: Neighbour): string {
  return who.name.toUpperCase();
}

function iptablesCommands(who: Neighbour, backend: Backend): readonly DecoyCommand[] {
  const { program, version, port } = backend;
  const own = ownAddress(who, version);
  const chain = chainOf(who);
  const packet = `-d ${own} -p udp --dport ${port}`;
  const comment = `-m comment --comment ${who.name}/rule`;
  const tables: readonly (readonly string[])[] = [
    [
      "*filter",
      `-N ${chain}`,
      `-A ${chain} ${packet} ${comment} -j RETURN`,
      `-A ${chain} -d ${own} -p tcp ${comment} -j ACCEPT`,
      `${who.place} INPUT ${packet} -j ${chain}`,
      `${who.place} OUTPUT ${packet} ${comment} -j ACCEPT`,
      "COMMIT",
    ],
    ["*mangle", `${who.place} PREROUTING ${packet} -j MARK --set-xmark ${who.mark}`, "COMMIT"],
    [
      "*nat",
      `${who.place} POSTROUTING ${packet} -j SNAT --to-source ${nearAddress(who, version, 11)}`,
      `${who.place} PREROUTING -d ${farAddress(who, version, 21)} -p tcp --dport ${port} -j DNAT --to-destination ${own}`,
      "COMMIT",
    ],
  ];
  const argv: Argv = [`${program}-restore`, "-w", "10", "--noflush"];
  return [{ family: backend.family, argv, input: tables.flat() }];
}

function iptablesChecks(who: Neighbour, { program, family, version, port }: Backend): readonly DecoyCheck[] {
  const own = ownAddress(who, version);
  const whom = `-d ${RegExp.escape(own)}/${version === 4 ? 32 : 128} .*--dport ${port} `;
  const counter = (table: string, chain: string, target: string): DecoyCheck => ({
    kind: "counter",
    name: `${who.name}: ${program} ${table} ${chain}`,
    family,
    read: [`${program}-save`, "-c"],
    // Only ours name this address and port, and no two of them with one chain and target.
    count: new RegExp(`^\\[(\\d+):\\d+\\] -A ${chain} ${whom}.*-j ${target}(?: |$)`, "gm"),
    send: { address: own, port },
  });
  const chain = chainOf(who);
  return [
    counter("filter", "INPUT", chain),
    counter("filter", chain, "RETURN"),
    counter("filter", "OUTPUT", "ACCEPT"),
    counter("mangle", "PREROUTING", "MARK"),
    counter("nat", "POSTROUTING", "SNAT"),
  ];
}

function setCommands(who: Neighbour): readonly DecoyCommand[] {
  const member = (host: number): Argv => ["ipset", "add", who.name, `${nearAddress(who, 4, host)}/28`];
  return [
    { family: "ipset", argv: ["ipset", "create", who.name, "hash:net", "family", "inet"] },
    { family: "ipset", argv: member(32) },
    { family: "ipset", argv: member(48) },
  ];
}

function setChecks(who: Neighbour): readonly DecoyCheck[] {
  const argv: Argv = ["ipset", "test", who.name, nearAddress(who, 4, 33)];
  return [
    { kind: "answer", name: `${who.name}: member of the ipset`, family: "ipset", argv, pattern: "is in set" },
  ];
}

function nftTable(who: Neighbour): string {
  return who.name.replaceAll("-", "_");
}

function nftCommands(who: Neighbour): readonly DecoyCommand[] {
  const table = `inet ${nftTable(who)}`;
  const peers = `{ ${ownAddress(who, 4)}, 198.51.100.${96 + who.offset}/28 }`;
  const script = [
    `add table ${table}`,
    `add set ${table} peers { type ipv4_addr; flags interval; elements = ${peers}; }`,
    `add chain ${table} watch { type filter hook output priority 10; policy accept; }`,
    `add rule ${table} watch ip daddr @peers counter comment "${who.name}/rule"`,
    `add rule ${table} watch ip6 daddr ${ownAddress(who, 6)} counter`,
  ].join("; ");
  return [{ family: "nftables", argv: ["nft", script] }];
}

function nftChecks(who: Neighbour): readonly DecoyCheck[] {
  const check = (text: string, address: string): DecoyCheck => ({
    kind: "counter",
    name: `${who.name}: nft rule for ${address}`,
    family: "nftables",
    read: ["nft", "list", "table", "inet", nftTable(who)],
    count: new RegExp(`${RegExp.escape(text)} .*counter packets (\\d+)`, "gm"),
    send: { address, port: 9 },
  });
  return [
    check("daddr @peers", ownAddress(who, 4)),
    check(`ip6 daddr ${ownAddress(who, 6)}`, ownAddress(who, 6)),
  ];
}

/** Rules of every back end, an ipset with members, and a native nft table. */
export function ruleCommands(who: Neighbour): readonly DecoyCommand[] {
  return [
    ...backends.flatMap((backend) => iptablesCommands(who, backend)),
    ...setCommands(who),
    ...nftCommands(who),
  ];
}

/** Checks of what `ruleCommands` made. */
export function ruleChecks(who: Neighbour): readonly DecoyCheck[] {
  return [
    ...backends.flatMap((backend) => iptablesChecks(who, backend)),
    ...setChecks(who),
    ...nftChecks(who),
  ];
}
