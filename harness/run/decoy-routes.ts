import { farAddress, nearAddress, ownAddress, type Neighbour } from "./decoy-neighbour.ts";
import type { Argv, DecoyCheck, DecoyCommand, DecoyOptions } from "./decoy-plan.ts";

/** Routing protocol number of somebody else: none that iproute2, a routing daemon or a known engine uses. */
const foreignProtocol = 77;

const versions = [4, 6] as const;

function ip(version: 4 | 6, rest: string): Argv {
  return ["ip", `-${version}`, ...rest.split(" ")];
}

/** An order to `ip`, of one family. */
interface Order {
  readonly version: 4 | 6;
  readonly text: string;
}

function addressOrders(who: Neighbour): readonly Order[] {
  return [
    { version: 4, text: `addr add ${ownAddress(who, 4)}/32 dev lo` },
    { version: 6, text: `addr add ${ownAddress(who, 6)}/128 dev lo nodad` },
  ];
}

function addressChecks(who: Neighbour): readonly DecoyCheck[] {
  return versions.map((version) => ({
    kind: "answer",
    name: `${who.name}: the address ${ownAddress(who, version)} is the node's own`,
    family: "address",
    argv: ip(version, `route get ${ownAddress(who, version)}`),
    pattern: `local ${ownAddress(who, version)} `,
  }));
}

/** A network of the n-th table and a host in it: apart for every table, so that a lookup shows which one answered. */
function tablePrefix(
  who: Neighbour,
  version: 4 | 6,
  position: number,
): { readonly prefix: string; readonly host: string } {
  if (version === 4) {
    const base = who.offset + 16 * position;
    return { prefix: `198.51.100.${base}/28`, host: `198.51.100.${base + 7}` };
  }
  const base = `2001:db8:${(0x100 + who.offset + position).toString(16)}`;
  return { prefix: `${base}::/64`, host: `${base}::7` };
}

function tableOrders(who: Neighbour, table: number, position: number): readonly Order[] {
  const priority = 7000 + who.offset + position;
  return versions.flatMap((version): readonly Order[] => {
    const { prefix } = tablePrefix(who, version, position);
    return [
      { version, text: `route add ${prefix} dev lo table ${table} proto ${foreignProtocol}` },
      { version, text: `rule add to ${prefix} lookup ${table} pref ${priority}` },
    ];
  });
}

function tableChecks(who: Neighbour, table: number, position: number): readonly DecoyCheck[] {
  return versions.map((version) => ({
    kind: "answer",
    name: `${who.name}: IPv${version} route and rule of table ${table}`,
    family: "route",
    argv: ip(version, `route get ${tablePrefix(who, version, position).host}`),
    pattern: ` table ${table} `,
  }));
}

/** A route of the main table. */
function mainOrders(who: Neighbour): readonly Order[] {
  return versions.map((version) => ({
    version,
    text: `route add ${farAddress(who, version, 21)} dev lo proto ${foreignProtocol}`,
  }));
}

function mainChecks(who: Neighbour): readonly DecoyCheck[] {
  return versions.map((version) => ({
    kind: "answer",
    name: `${who.name}: IPv${version} route of the main table`,
    family: "route",
    argv: ip(version, `route get ${farAddress(who, version, 21)}`),
    pattern: " dev lo ",
  }));
}

function ownProtocolOrders(who: Neighbour, route: DecoyOptions["ownProtocolRoute"]): readonly Order[] {
  if (route === undefined) return [];
  const { table, protocol } = route;
  return versions.map((version) => ({
    version,
    text: `route add ${farAddress(who, version, 100)} dev lo table ${table} proto ${protocol}`,
  }));
}

function connectionCommands(who: Neighbour): readonly DecoyCommand[] {
  const flow = `-p tcp -s ${nearAddress(who, 4, 21)} -d ${farAddress(who, 4, 22)} --sport 4001 --dport 443`;
  const argv = `-I ${flow} --state ESTABLISHED --timeout 7200 -u ASSURED`.split(" ");
  return [{ family: "conntrack", argv: ["conntrack", ...argv] }];
}

function connectionChecks(who: Neighbour): readonly DecoyCheck[] {
  const source = nearAddress(who, 4, 21);
  return [
    {
      kind: "answer",
      name: `${who.name}: connection of ${source}`,
      family: "conntrack",
      // One question for all phases: the kernel walks through the flows of every network for each.
      argv: ["conntrack", "-L", "-p", "tcp", "--sport", "4001", "--dport", "443"],
      pattern: `ESTABLISHED src=${source} `,
    },
  ];
}

/** Addresses first, then routes and rules, then a connection. */
export function routeCommands(who: Neighbour, options: DecoyOptions): readonly DecoyCommand[] {
  const orders = [
    ...addressOrders(who),
    ...mainOrders(who),
    ...options.routeTables.flatMap((table, position) => tableOrders(who, table, position)),
    ...ownProtocolOrders(who, options.ownProtocolRoute),
  ];
  const batches = versions.map(
    (version): DecoyCommand => ({
      family: "address",
      argv: ip(version, "-batch -"),
      input: orders.filter((order) => order.version === version).map(({ text }) => text),
    }),
  );
  return [...batches, ...connectionCommands(who)];
}

/** Checks of what `routeCommands` made; the own-protocol route is seen by its text alone. */
export function routeChecks(who: Neighbour, options: DecoyOptions): readonly DecoyCheck[] {
  return [
    ...addressChecks(who),
    ...mainChecks(who),
    ...options.routeTables.flatMap((table, position) => tableChecks(who, table, position)),
    ...connectionChecks(who),
  ];
}
