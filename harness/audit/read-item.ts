import type { AddressToken, PortToken, StateItem } from "../model/state.ts";
import { knownAddresses } from "../oracle/known-addresses.ts";
import { isSingle, parseNetwork, renderInterval } from "../state/address.ts";
import type { Doubt } from "./engine-signs.ts";
import { isNetworkOfCluster, type LiveObjects } from "./live-objects.ts";

/** The single addresses that an item names, each once. */
export function addressesOf(item: StateItem): readonly string[] {
  const found = item.tokens.flatMap((token) =>
    token.kind === "addresses" && isSingle(token) ? [token.first] : [],
  );
  return [...new Set(found)];
}

/** Networks that an item names: intervals of more than one address. */
export function networksOf(item: StateItem): readonly AddressToken[] {
  return item.tokens.filter((token): token is AddressToken => token.kind === "addresses" && !isSingle(token));
}

/** Single ports that an item matches or sets, as `tcp/80`; `tcp` where the item tells no protocol. */
export function portsOf(item: StateItem, role: PortToken["role"]): readonly string[] {
  return item.tokens.flatMap((token) =>
    token.kind === "ports" && token.role === role && token.first === token.last
      ? [`${(token.protocol ?? "tcp").toLowerCase()}/${token.first}`]
      : [],
  );
}

/** The comment of an iptables or nftables rule; undefined where it has none. */
export function commentOf(item: StateItem): string | undefined {
  const [, quoted, word] =
    /(?:--comment|(?<!-m )(?<!--)\bcomment) (?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(item.text) ?? [];
  return (quoted ?? word)?.replace(/\\(.)/g, "$1");
}

/** The address after `-s` or `saddr`, and after `-d` or `daddr`, where the rule matches one host. */
export function hostsOf(item: StateItem): { readonly source?: string; readonly destination?: string } {
  const after = (words: string): string | undefined => {
    const [, v4, v6] =
      new RegExp(
        `(?:^|[^!] )(?:${words}) (?:([0-9.]+)(?:/32)?|([0-9a-fA-F]*:[0-9a-fA-F:.]+)(?:/128)?)(?![0-9a-fA-F.:/])`,
      ).exec(item.text) ?? [];
    return v4 ?? v6;
  };
  const source = after("-s|ip6? saddr");
  const destination = after("-d|ip6? daddr");
  return {
    ...(source === undefined ? {} : { source }),
    ...(destination === undefined ? {} : { destination }),
  };
}

/** Addresses of the node's own links. */
export function ownAddresses(items: readonly StateItem[]): ReadonlySet<string> {
  return new Set(items.filter(({ family }) => family === "address").flatMap(addressesOf));
}

/** Loopback, link-local and multicast mean the same on every machine. */
const isWellKnown = knownAddresses([]);

/** A network that nobody of the cluster or its settings has to do with. */
export function strangeNetwork(item: StateItem, live: LiveObjects): Doubt | undefined {
  const unrelated = networksOf(item).filter((network) => !isNetworkOfCluster(live, network));
  if (unrelated.length === 0) return undefined;
  // Set members join up, and "not in" is written as what is left.
  const isKnown = knownAddresses(live.networks);
  const strange = unrelated.filter((network) => !isKnown(network));
  if (strange.length === 0) return undefined;
  return {
    kind: "stale-value",
    why: `names ${strange.map(renderInterval).join(", ")}, which is no network of this cluster or its settings`,
  };
}

/** An address that no object names. */
export function deadAddress(
  addresses: readonly string[],
  live: LiveObjects,
  own: ReadonlySet<string>,
): Doubt | undefined {
  const dead = addresses.filter(
    (address) => !live.byAddress.has(address) && !own.has(address) && !isWellKnown(parseNetwork(address)),
  );
  return dead.length === 0
    ? undefined
    : { kind: "orphan", why: `names ${dead.join(", ")}, which no object names` };
}
