import { farAddress, type Neighbour, ownAddress } from "./decoy-neighbour.ts";
import type { DecoyCheck, DecoyCommand } from "./decoy-plan.ts";

const versions = [4, 6] as const;

/** Port of the neighbour's services, which balance datagrams to its own address on the node. */
const port = 9_005;

function endpoint(address: string): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function service(who: Neighbour, version: 4 | 6): string {
  return endpoint(farAddress(who, version, 60));
}

/** Somebody else's virtual servers, of both families, for addresses that are no service's of the cluster. */
export function ipvsCommands(who: Neighbour): readonly DecoyCommand[] {
  return versions.flatMap((version): readonly DecoyCommand[] => {
    const server = endpoint(ownAddress(who, version));
    const add = (argv: string): DecoyCommand => ({
      family: "ipvs",
      argv: ["ipvsadm", ...argv.split(" ")],
    });
    return [
      add(`-A -u ${service(who, version)} -s rr`),
      add(`-a -u ${service(who, version)} -r ${server} -m -w 7`),
    ];
  });
}

/** Where the API server is at the node's own addresses. */
const apiPort = 6443;

/** Somebody else's virtual servers in front of the API server, which is at the same place itself. */
export function apiServerCommands(addresses: readonly string[]): readonly DecoyCommand[] {
  return addresses.flatMap((address): readonly DecoyCommand[] => {
    const place = address.includes(":") ? `[${address}]:${apiPort}` : `${address}:${apiPort}`;
    return [
      { family: "ipvs", argv: ["ipvsadm", "-A", "-t", place, "-s", "rr"] },
      { family: "ipvs", argv: ["ipvsadm", "-a", "-t", place, "-r", place, "-m", "-w", "1"] },
    ];
  });
}

/**
 * A datagram to a virtual server makes a connection of its own; one that is gone makes none. Its counters would not do:
 * up to Linux 6.1 they are brought up to date every two seconds (net/netfilter/ipvs/ip_vs_est.c).
 */
export function ipvsChecks(who: Neighbour): readonly DecoyCheck[] {
  return versions.map((version) => {
    return {
      kind: "counter",
      name: `${who.name}: IPv${version} virtual server ${service(who, version)}`,
      family: "ipvs",
      read: ["ipvsadm", "-Lcn"],
      // Columns: protocol, time left, state, source, virtual server, destination.
      count: new RegExp(`^UDP .* ${RegExp.escape(service(who, version))} `, "gm"),
      send: { address: farAddress(who, version, 60), port },
    };
  });
}
