import {
  backends,
  datagramTo,
  farAddress,
  nearAddress,
  ownAddress,
  type Backend,
  type Neighbour,
} from "./decoy-neighbour.ts";
import type { Argv, DecoyCheck, DecoyCommand } from "./decoy-plan.ts";

function words(text: string): readonly string[] {
  return text.split(" ");
}

function chainOf(who: Neighbour): string {
  return who.name.toUpperCase();
}

function iptablesCommands(who: Neighbour, backend: Backend): readonly DecoyCommand[] {
  const { program, version, port } = backend;
  const own = ownAddress(who, version);
  const chain = chainOf(who);
  const packet = `-d ${own} -p udp --dport ${port}`;
  const rule = (table: string, rest: string): DecoyCommand => ({
    family: backend.family,
    argv: [program, "-w", "10", "-t", table, ...words(rest)],
  });
  const comment = `-m comment --comment ${who.name}/rule`;
  return [
    rule("filter", `-N ${chain}`),
    rule("filter", `-A ${chain} ${packet} ${comment} -j RETURN`),
    rule("filter", `-A ${chain} -d ${own} -p tcp ${comment} -j ACCEPT`),
    rule("filter", `${who.place} INPUT ${packet} -j ${chain}`),
    rule("filter", `${who.place} OUTPUT ${packet} ${comment} -j ACCEPT`),
    rule("mangle", `${who.place} PREROUTING ${packet} -j MARK --set-xmark ${who.mark}`),
    rule("nat", `${who.place} POSTROUTING ${packet} -j SNAT --to-source ${nearAddress(who, version, 11)}`),
    rule(
      "nat",
      `${who.place} PREROUTING -d ${farAddress(who, version, 21)} -p tcp --dport ${port} -j DNAT --to-destination ${own}`,
    ),
  ];
}

function iptablesChecks(who: Neighbour, { program, family, version, port }: Backend): readonly DecoyCheck[] {
  const own = ownAddress(who, version);
  const counter = (table: string, chain: string, target: string): DecoyCheck => ({
    kind: "counter",
    name: `${who.name}: ${program} ${table} ${chain}`,
    family,
    // Columns of -L: packets, bytes, target. Only ours name this address and port.
    read: [
      "sh",
      "-c",
      `${program} -w 10 -t ${table} -nvxL ${chain} | grep -F -w -e ${own} | grep -w dpt:${port} | awk '$3 == "${target}" {print $1}'`,
    ],
    send: datagramTo(own, port),
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
    read: [
      "sh",
      "-c",
      `nft list table inet ${nftTable(who)} | grep -F -e '${text}' | sed -n 's/.*counter packets \\([0-9]*\\).*/\\1/p'`,
    ],
    send: datagramTo(address, 9),
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
