import type { StateItem } from "../model/state.ts";

/** Tunnel devices that a module makes in every network namespace as soon as it is loaded. */
const fallbackLinks =
  /^link (?:lo (?:up|down)|(?:tunl0|sit0|ip6tnl0|gre0|gretap0|erspan0|ip6gre0|ip_vti0|ip6_vti0) down) /;

/** EUI-64 of a MAC: ff:fe in the middle, in the range that the kernel draws link-local addresses from. */
const linkLocal =
  /^fe80::(?:[0-9a-f]{1,4}:)?[0-9a-f]{0,2}ff:fe[0-9a-f]{2}:[0-9a-f]{1,4}\/64 dev \S+ scope link/;
const loopback = /^(?:127\.0\.0\.1\/8|::1\/128) dev lo /;

/** `proto ra` and `proto redirect` are learned from routers by the kernel itself. */
const learned = / proto (?:ra|redirect)(?: |$)/;
const builtInPolicy = /^-P (?:PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING) ACCEPT$/;
const builtInRule =
  /^-[46] pref (?:0 from all lookup 255|32766 from all lookup 254|32767 from all lookup 253)(?: proto kernel)?$/;

/**
 * Whether the kernel makes the item by itself: as part of a new network namespace, when a link comes up,
 * or as a consequence of an address, which is an item of its own. Nobody can be blamed for it, and it
 * goes away with its cause.
 *
 * - routes `proto kernel` in the tables main and local (connected networks, local, broadcast and
 *   multicast entries), and routes that it learned; the same protocol in another table is somebody's
 * - 127.0.0.1, ::1 and link-local addresses made from a MAC (not `fe80::1`, which somebody chose)
 * - the loopback link, and tunnel devices that come with their modules for as long as they are down
 * - the three `ip rule`s of a new namespace
 * - built-in chains of iptables whose policy is ACCEPT: they appear with the first use of a table
 */
export function isKernelMade(item: StateItem): boolean {
  switch (item.family) {
    case "route":
      if (learned.test(item.text)) return true;
      return (item.table === "254" || item.table === "255") && / proto kernel(?: |$)/.test(item.text);
    case "address":
      return (
        loopback.test(item.text) || linkLocal.test(item.text) || / proto kernel_(?:ll|lo|ra)$/.test(item.text)
      );
    case "link":
      return fallbackLinks.test(item.text);
    case "rule":
      return builtInRule.test(item.text);
    case "iptables-legacy":
    case "ip6tables-legacy":
    case "iptables-nft":
    case "ip6tables-nft":
      return item.kind === "policy" && builtInPolicy.test(item.text);
    default:
      return false;
  }
}
