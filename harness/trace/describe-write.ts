import type { TraceEntry } from "./strace-lines.ts";

type Call = Extract<TraceEntry, { kind: "call" }>;

/** What a call writes to the kernel's network state, in the kernel's own words. */
export interface WriteDescription {
  /** `RTM_NEWROUTE`, `NFT_MSG_NEWRULE`, `IPT_SO_SET_REPLACE nat`, `/proc/sys/net/ipv4/ip_forward`. */
  readonly what: string;
  /** `rules`: an engine can be stopped after it. `sysctl`: recorded only. `unsupported`: out of this tracer's sight. */
  readonly kind: "rules" | "sysctl" | "unsupported";
}

/** Messages that ask and change nothing, by the kernel's names (linux/rtnetlink.h, netfilter/nf_tables.h, ipset/ip_set.h, nfnetlink_conntrack.h, nfnetlink_compat.h). `0` is padding behind the last one. */
const asking =
  /^(?:RTM_GET\w*|NFT_MSG_GET\w*|IPSET_CMD_(?:NONE|PROTOCOL|LIST|SAVE|TEST|HEADER|TYPE|GET_\w+)|IPCTNL_MSG_(?:CT|EXP)_GET\w*|NFNL_MSG_(?:COMPAT|ACCT|CTHELPER)_GET|NFQNL_MSG_\w+|NFULNL_MSG_\w+|nlctrl|NLMSG_(?:NOOP|ERROR|DONE)|0)$/;

/** The same by number, for sockets that strace could not tell the protocol of: subsystem -> messages that ask. */
const askingNumbers: Readonly<Record<number, readonly number[]>> = {
  1: [1, 3, 4, 5, 6, 7],
  6: [0, 1, 7, 8, 11, 12, 13, 14, 15],
  10: [1, 4, 7, 10, 13, 16, 19, 21, 23],
};

/** The frame of a batch. With nothing between, nothing is written; a batch without its end was cut by strace. */
const framing = /^NFNL_MSG_BATCH_(?:BEGIN|END)$/;

function isAsking(type: string): boolean {
  if (!/^0x[0-9a-f]+$/.test(type)) return asking.test(type);
  const number = Number.parseInt(type, 16);
  const [subsystem, message] = [number >> 8, number & 0xff];
  // rtnetlink: groups of four, the third of which is GET.
  return subsystem === 0
    ? number >= 16 && number % 4 === 2
    : (askingNumbers[subsystem] ?? []).includes(message);
}

/**
 * A message to IPVS that asks, by the first byte behind its header (linux/ip_vs.h: IPVS_CMD_GET_SERVICE, _DEST, _DAEMON, _CONFIG, _INFO),
 * which strace writes in hexadecimal or octal. `ipvsadm -Sn` asks so before it dumps.
 */
const askingIpvs = /nlmsg_type=IPVS,[^}]*\}, "\\(?:x(?:04|08|0b|0d|0f)|4|10|13|v|15|r|17)(?=[\\"])/;

/** Sockets of these protocols carry network state; others (AUDIT, SOCK_DIAG, KOBJECT_UEVENT) none. */
const statefulProtocols = /^(?:ROUTE|NETFILTER|GENERIC|XFRM|\d+)$/;

function describeNetlink(args: string): WriteDescription | undefined {
  const [, protocol = ""] = /^\d+<NETLINK:\[([A-Z_]+|\d+)/.exec(args) ?? [];
  if (!statefulProtocols.test(protocol)) return undefined;
  const types = [...args.matchAll(/nlmsg_type=(?:NFNL_SUBSYS_\w+<<8\|)?(0x[0-9a-f]+|\w+)/g)].map(
    ([, type = ""]) => type,
  );
  // A generic netlink message says only in its flags that it asks.
  if (protocol === "GENERIC" && (/NLM_F_DUMP/.test(args) || askingIpvs.test(args))) return undefined;
  if (types.length > 0 && types.every(isAsking)) return undefined;
  const inside = types.filter((type) => !framing.test(type));
  if (inside.length === 0 && types.includes("NFNL_MSG_BATCH_END")) return undefined;
  const named = [...new Set(inside.filter((type) => !isAsking(type)))];
  return { what: named.join(" ") || `netlink ${protocol}`, kind: "rules" };
}

/** `"nat\0\0..."`: the table that is replaced. */
function tableIn(args: string): string {
  return /, "([A-Za-z0-9_-]+)/.exec(args)?.[1] ?? "";
}

function describeOption(args: string): WriteDescription | undefined {
  const [, level = "", option = ""] = /^\d+(?:<[^>]*>+)?, (\w+), (\w+)/.exec(args) ?? [];
  if (/^(?:IPT|IP6T|ARPT)_SO_SET_REPLACE$|^EBT_SO_SET_ENTRIES$/.test(option)) {
    return { what: `${option} ${tableIn(args)}`.trim(), kind: "rules" };
  }
  // linux/ip_vs.h: IP_VS_SO_SET_* are 0x480 and what follows.
  const isIpvs = level === "SOL_IP" && /^0x4[89a-f][0-9a-f]$/.test(option);
  return isIpvs || option.startsWith("IP_VS_SO_SET_") ? { what: `IPVS ${option}`, kind: "rules" } : undefined;
}

const changingRequest =
  /^(?:SIOC(?:ADDRT|DELRT|SIF\w+|DIFADDR|BR\w+|SARP|DARP|(?:ADD|DEL|CHG)TUNNEL|SIFVLAN|BOND\w+)|TUNSETIFF)$/;

/**
 * What a traced call writes to the kernel's network state: netlink in every form of send and write, the
 * tables of xtables legacy, IPVS, ioctl on interfaces and routes, files under /proc/sys.
 *
 * A message that is not known counts as a write: one too many does no harm, one too few hides a leak.
 *
 * @returns undefined for a call that asks, or has nothing to do with network state
 */
export function describeWrite({ name, args }: Pick<Call, "name" | "args">): WriteDescription | undefined {
  switch (name) {
    case "sendto":
    case "sendmsg":
    case "sendmmsg":
    case "write":
    case "writev": {
      if (/^\d+<NETLINK:/.test(args)) return describeNetlink(args);
      const path = /^\d+<(\/proc\/sys\/[^>]*)>/.exec(args)?.[1];
      return path === undefined ? undefined : { what: path, kind: "sysctl" };
    }
    case "setsockopt":
      return describeOption(args);
    case "ioctl": {
      const request = /^\d+(?:<.*?>)?, (\w+)/.exec(args)?.[1] ?? "";
      return changingRequest.test(request) ? { what: request, kind: "rules" } : undefined;
    }
    case "bpf":
      return { what: `bpf ${/^\w+/.exec(args)?.[0] ?? ""}`.trim(), kind: "unsupported" };
    case "io_uring_setup":
      return { what: "io_uring (refused)", kind: "unsupported" };
    default:
      return undefined;
  }
}

/** Sees datagrams instead: what the tracer tests itself with (self-test.ts). */
export function describeDatagram({ name, args }: Pick<Call, "name" | "args">): WriteDescription | undefined {
  const isSent = name === "sendto" || name === "sendmsg" || name === "sendmmsg";
  return isSent && /^\d+<UDP:/.test(args) ? { what: "datagram", kind: "rules" } : undefined;
}
