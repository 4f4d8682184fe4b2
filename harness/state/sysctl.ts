import { HarnessError } from "../errors/harness-error.ts";
import type { StateItem } from "../model/state.ts";
import { excerpt } from "./json.ts";
import { interfaceToken } from "./tokens.ts";

/** Files below /proc/sys/net that engines write, as shell patterns. What a kernel lacks is left out. */
export const sysctlPatterns = [
  "ipv4/ip_forward",
  "ipv4/conf/*/route_localnet",
  "ipv4/conf/*/rp_filter",
  "ipv4/conf/*/src_valid_mark",
  "ipv4/conf/*/arp_ignore",
  "ipv4/conf/*/arp_announce",
  "ipv4/conf/*/arp_accept",
  "ipv4/conf/*/proxy_arp",
  "ipv4/conf/*/accept_local",
  "ipv4/vs/*",
  "ipv6/conf/*/forwarding",
  "ipv6/conf/*/accept_ra",
  "ipv6/conf/*/disable_ipv6",
  "ipv6/conf/*/proxy_ndp",
  "bridge/bridge-nf-call-*",
  "netfilter/nf_conntrack_max",
  "netfilter/nf_conntrack_tcp_be_liberal",
  "netfilter/nf_conntrack_tcp_timeout_close_wait",
  "netfilter/nf_conntrack_tcp_timeout_established",
  "netfilter/nf_conntrack_udp_timeout",
  "netfilter/nf_conntrack_udp_timeout_stream",
] as const;

const perLink = /^(ipv[46]\/conf)\/(.+)\/([^/]+)$/;

/**
 * Reads lines `/proc/sys/net/ipv4/ip_forward:1`. A link starts with the values of `conf/default`; only
 * where it differs does somebody's setting show, so only then is there an item.
 *
 * @throws {HarnessError} `state/unreadable` for any other line, and where there is no line at all
 */
export function parseSysctls(text: string): readonly StateItem[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const values = new Map(
    lines.map((line) => {
      const [, path, value = ""] = /^\/proc\/sys\/net\/(.+):([^:]*)$/.exec(line) ?? [];
      if (path === undefined)
        throw new HarnessError("state/unreadable", `sysctl: unexpected ${excerpt(line)}.`);
      return [path, value.trim()] as const;
    }),
  );
  if (values.size === 0)
    throw new HarnessError("state/unreadable", "sysctl: no value below /proc/sys/net was printed.");
  return [...values].flatMap(([path, value]): readonly StateItem[] => {
    const [, folder = "", link, name = ""] = perLink.exec(path) ?? [];
    const isLink = link !== undefined && link !== "all" && link !== "default";
    if (isLink && values.get(`${folder}/default/${name}`) === value) return [];
    return [
      {
        family: "sysctl",
        kind: "value",
        text: `net/${path} = ${value}`,
        tokens: isLink ? [interfaceToken(link)] : [],
      },
    ];
  });
}
