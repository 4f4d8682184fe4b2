import type { AddressToken, StateItem } from "../model/state.ts";

type Rewrite = { readonly pattern: RegExp; readonly effect: (match: RegExpExecArray) => string };

/** What a rule does to a packet that it matches: iptables and nft spellings. The first that fits is told. */
const rewrites: readonly Rewrite[] = [
  { pattern: /-j MARK --(?:set-xmark|set-mark|or-mark) (\S+)/, effect: ([, mark]) => `is marked ${mark}` },
  { pattern: /\b(?:meta )?mark set (\S.*?)(?=$| comment)/, effect: ([, mark]) => `is marked ${mark}` },
  { pattern: /-j SNAT --to-source (\S+)/, effect: ([, to]) => `leaves as ${to}` },
  { pattern: /\bsnat (?:ip6? )?to (\S+)/, effect: ([, to]) => `leaves as ${to}` },
  { pattern: /-j DNAT --to-destination (\S+)/, effect: ([, to]) => `is sent to ${to}` },
  { pattern: /\bdnat (?:ip6? )?to (\S+)/, effect: ([, to]) => `is sent to ${to}` },
  { pattern: /-j MASQUERADE|\bmasquerade\b/, effect: () => "leaves with the node's own address" },
  { pattern: /-j (?:DROP|REJECT)|\b(?:drop|reject)\b/, effect: () => "is dropped" },
  { pattern: /-j ACCEPT|\baccept\b/, effect: () => "is accepted" },
  { pattern: /-j RETURN|\breturn\b/, effect: () => "leaves the chain unchanged" },
  { pattern: /-[jg] (\S+)|\b(?:jump|goto) (\S+)/, effect: (match) => `goes through ${match[1] ?? match[2]}` },
];

const host = String.raw`([0-9a-fA-F.:]+)(?:\/(?:32|128))?(?![0-9a-fA-F.:/])`;
const sourcePattern = new RegExp(String.raw`(?:^|[^!] )(?:-s|ip6? saddr) ${host}`);
const destinationPattern = new RegExp(String.raw`(?:^|[^!] )(?:-d|ip6? daddr) ${host}`);
const portPattern = /(?:--dport|(?:tcp|udp|th) dport) (\d+)/;

function describeRule(item: StateItem): string | undefined {
  const text = item.text;
  const found = rewrites.map(({ pattern, effect }) => ({ match: pattern.exec(text), effect }));
  const hit = found.find(({ match }) => match !== null);
  if (!hit?.match) return undefined;
  const source = sourcePattern.exec(text)?.[1] ?? "anywhere";
  const destination = destinationPattern.exec(text)?.[1] ?? "anywhere outside";
  const port = portPattern.exec(text)?.[1];
  const to = port === undefined ? destination : `${destination} port ${port}`;
  return `a packet from ${source} to ${to} ${hit.effect(hit.match)}`;
}

function describeRoute(item: StateItem, address: string | undefined): string {
  const device = /\bdev \S+/.exec(item.text)?.[0];
  const gateway = /\bvia \S+/.exec(item.text)?.[0];
  const way = [gateway, device].filter((part) => part !== undefined).join(" ");
  const table = item.table === undefined ? "" : ` by table ${item.table}`;
  return `a packet to ${address ?? "that network"} is routed to ${way === "" ? "nowhere" : way}${table}`;
}

function firstAddress(item: StateItem): string | undefined {
  const token = item.tokens.find((candidate): candidate is AddressToken => candidate.kind === "addresses");
  if (token === undefined) return undefined;
  return token.first === token.last ? token.first : `${token.first} to ${token.last}`;
}

/**
 * The packet that an item decides about, as one clause: `a packet from 10.244.0.5 to anywhere outside is
 * marked 0x40/0x40`. Absent where the item alone says nothing of packets (a chain, a policy, a sysctl).
 */
export function describePacket(item: StateItem): string | undefined {
  const address = firstAddress(item);
  switch (item.kind) {
    case "rule":
      return item.family === "rule"
        ? `a packet that matches "${item.text}" is routed by it`
        : describeRule(item);
    case "member":
      return address === undefined ? undefined : `a packet of ${address} matches ${item.chain ?? "the set"}`;
    case "route":
      return describeRoute(item, address);
    case "address":
      return address === undefined ? undefined : `a packet to ${address} is taken by the node itself`;
    case "service":
    case "destination":
      return address === undefined ? undefined : `a packet to ${address} is balanced by IPVS`;
    case "policy":
    case "chain":
    case "set":
    case "map":
    case "table":
    case "link":
    case "neighbour":
    case "flow":
    case "value":
      return undefined;
  }
}
