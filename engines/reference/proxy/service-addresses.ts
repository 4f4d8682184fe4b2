import { familyOf } from "../addresses.ts";
import type { Frontend } from "./frontends.ts";
import { serviceDevice } from "./names.ts";
import type { NodeAddress } from "./node-addresses.ts";

/** What the node itself sends to the address leaves with its own, so that an answer is none to the address of a Service. */
function sourceOf(address: string, nodeAddresses: readonly string[]): readonly string[] {
  const own = nodeAddresses.find((each) => familyOf(each) === 4);
  if (own === undefined || familyOf(address) === 6) return [];
  const route = `local ${address} dev ${serviceDevice} table local proto kernel scope host src ${own}`;
  return [`ip route replace ${route}`];
}

/**
 * Commands that give the node the addresses that Services come in at and it does not have otherwise, on a
 * device of ours; without any of them the device goes too.
 */
export function serviceAddresses(
  found: readonly NodeAddress[],
  frontends: readonly Frontend[],
  nodeAddresses: readonly string[],
): readonly string[] {
  const own = new Set(found.filter((each) => each.interface !== serviceDevice).map(({ address }) => address));
  const there = found.filter((each) => each.interface === serviceDevice).map(({ address }) => address);
  const wanted = [...new Set(frontends.map(({ address }) => address))].filter((address) => !own.has(address));
  if (wanted.length === 0) return there.length === 0 ? [] : [`ip link del ${serviceDevice}`];
  const length = (address: string): string => (familyOf(address) === 4 ? "32" : "128");
  const nodad = (address: string): string => (familyOf(address) === 4 ? "" : " nodad");
  return [
    ...(there.length === 0
      ? [`ip link add ${serviceDevice} type dummy`, `ip link set ${serviceDevice} up`]
      : []),
    ...wanted
      .filter((address) => !there.includes(address))
      .flatMap((address) => [
        `ip addr add ${address}/${length(address)} dev ${serviceDevice}${nodad(address)}`,
        ...sourceOf(address, nodeAddresses),
      ]),
    ...there
      .filter((address) => !wanted.includes(address))
      .map((address) => `ip addr del ${address}/${length(address)} dev ${serviceDevice}`),
  ];
}
