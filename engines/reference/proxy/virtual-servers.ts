import { familyOf } from "../addresses.ts";
import type { Frontend } from "./frontends.ts";

function endpoint(address: string, port: number): string {
  return familyOf(address) === 4 ? `${address}:${port}` : `[${address}]:${port}`;
}

function keyOf({ address, protocol, port }: Pick<Frontend, "address" | "protocol" | "port">): string {
  return `-${protocol === "tcp" ? "t" : "u"} ${endpoint(address, port)}`;
}

/** The lines of `ipvsadm -Sn` that virtual servers of these places are, each with its destinations. */
export function wantedServers(frontends: readonly Frontend[]): readonly string[] {
  return frontends.flatMap((frontend) => {
    const key = keyOf(frontend);
    const backends = [...new Set(frontend.backends.map(({ address, port }) => endpoint(address, port)))];
    return [`-A ${key} -s rr`, ...backends.map((backend) => `-a ${key} -r ${backend} -m -w 1`)];
  });
}

const memberPattern = /^(?<address>\S+),(?<protocol>tcp|udp):(?<port>\d+)$/;

/** The lines of `ipvsadm -Sn`. */
export function parseServers(saved: string): readonly string[] {
  return saved
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** The lines that are ours: a virtual server is, where our set of ports names it. Everything else is somebody's. */
export function namedServers(servers: readonly string[], members: readonly string[]): readonly string[] {
  const keys = new Set(
    members.flatMap((member) => {
      const { address = "", protocol, port } = memberPattern.exec(member)?.groups ?? {};
      return [keyOf({ address, protocol: protocol === "udp" ? "udp" : "tcp", port: Number(port) })];
    }),
  );
  return servers.filter((line) => keys.has(/^-[Aa] (-[tu] \S+) /.exec(line)?.[1] ?? ""));
}

/** Calls of `ipvsadm` that bring our virtual servers from `found` to `wanted`. With a server its destinations go. */
export function renderServers(found: readonly string[], wanted: readonly string[]): readonly string[] {
  const surplus = found.filter((line) => !wanted.includes(line));
  const gone = surplus.filter((line) => line.startsWith("-A "));
  const isGone = (line: string): boolean =>
    gone.some((server) => line.startsWith(`-a ${server.slice(3).replace(/ -s .*$/, "")} `));
  const left = found.filter((line) => !surplus.includes(line) && !isGone(line));
  return [
    ...gone.map((line) => line.replace(/^-A (-[tu] \S+).*$/, "-D $1")),
    ...surplus
      .filter((line) => line.startsWith("-a ") && !isGone(line))
      .map((line) => line.replace(/^-a (-[tu] \S+ -r \S+).*$/, "-d $1")),
    ...wanted.filter((line) => !left.includes(line)),
  ];
}
