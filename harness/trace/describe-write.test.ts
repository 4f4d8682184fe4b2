import { describe, expect, it } from "vitest";
import { describeWrite } from "./describe-write.ts";

const route = "3<NETLINK:[ROUTE:13]>";
const netfilter = "3<NETLINK:[NETFILTER:12]>";

describe("describeWrite", () => {
  it.each([
    [
      "sendmsg",
      `${route}, {msg_iov=[{iov_base=[{nlmsg_len=44, nlmsg_type=RTM_NEWROUTE, nlmsg_flags=NLM_F_REQUEST`,
      "RTM_NEWROUTE",
    ],
    ["sendto", `${route}, [{nlmsg_len=44, nlmsg_type=RTM_DELADDR, nlmsg_flags=0`, "RTM_DELADDR"],
    ["write", `${route}, "\\x2c\\x00"..., 44`, "netlink ROUTE"],
    [
      "sendto",
      `${netfilter}, [{nlmsg_type=NFNL_SUBSYS_IPSET<<8|IPSET_CMD_ADD, nlmsg_flags=0`,
      "IPSET_CMD_ADD",
    ],
    [
      "sendto",
      `${netfilter}, [{nlmsg_type=NFNL_SUBSYS_CTNETLINK<<8|IPCTNL_MSG_CT_DELETE,`,
      "IPCTNL_MSG_CT_DELETE",
    ],
    [
      "sendmsg",
      `${netfilter}, {msg_iov=[{iov_base=[[{nlmsg_type=NFNL_MSG_BATCH_BEGIN,], [{nlmsg_type=NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_NEWRULE,], [{nlmsg_type=NFNL_MSG_BATCH_END,]`,
      "NFT_MSG_NEWRULE",
    ],
    [
      "sendmsg",
      `${netfilter}, {msg_iov=[{iov_base=[[{nlmsg_type=NFNL_MSG_BATCH_BEGIN,]...`,
      "netlink NETFILTER",
    ],
    ["sendto", `3<NETLINK:[1107]>, [{nlmsg_type=0xa06 /* NLMSG_??? */,`, "0xa06"],
    ["sendto", `3<NETLINK:[GENERIC:1]>, [{nlmsg_type=IPVS, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK`, "IPVS"],
    [
      "sendto",
      `3<NETLINK:[GENERIC:1]>, [{nlmsg_type=IPVS, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK}, "\\x01\\x01\\x00\\x00"]`,
      "IPVS",
    ],
    [
      "sendto",
      `3<NETLINK:[GENERIC:1]>, [{nlmsg_type=IPVS, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK}, "\\21\\1\\0\\0"]`,
      "IPVS",
    ],
    [
      "setsockopt",
      `4<RAW:[11077071]>, SOL_IP, IPT_SO_SET_REPLACE, "nat\\0\\0", 1000`,
      "IPT_SO_SET_REPLACE nat",
    ],
    ["setsockopt", `4<RAW:[1]>, SOL_IP, 0x482 /* IP_??? */, "x", 1`, "IPVS 0x482"],
    ["ioctl", `4<UDP:[1]>, SIOCADDRT, 0x7ff`, "SIOCADDRT"],
  ])("%s %s is a write of rules", (name, args, what) => {
    expect(describeWrite({ name, args })).toEqual({ what, kind: "rules" });
  });

  it.each([
    [
      "sendto",
      `${route}, [[{nlmsg_type=RTM_GETROUTE, nlmsg_flags=NLM_F_DUMP}, {}], {nlmsg_len=0, nlmsg_type=0 /* NLMSG_??? */}`,
    ],
    ["sendto", `${netfilter}, [{nlmsg_type=NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_GETGEN,`],
    ["sendto", `${netfilter}, [{nlmsg_type=NFNL_SUBSYS_IPSET<<8|IPSET_CMD_PROTOCOL,`],
    ["sendto", `${netfilter}, [{nlmsg_type=NFNL_SUBSYS_NFT_COMPAT<<8|NFNL_MSG_COMPAT_GET,`],
    ["sendmsg", `${netfilter}, {[{nlmsg_type=NFNL_MSG_BATCH_BEGIN,], [{nlmsg_type=NFNL_MSG_BATCH_END,]`],
    ["sendto", `3<NETLINK:[1107]>, [{nlmsg_type=0xa10 /* NLMSG_??? */,`],
    ["sendto", `3<NETLINK:[1107]>, [{nlmsg_type=0x1a /* NLMSG_??? */,`],
    ["sendto", `3<NETLINK:[GENERIC:1]>, [{nlmsg_type=IPVS, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP`],
    [
      "sendmsg",
      `3<NETLINK:[GENERIC:1]>, {msg_iov=[{iov_base=[{nlmsg_len=20, nlmsg_type=IPVS, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK, nlmsg_seq=1}, "\\x0f\\x01\\x00\\x00"]`,
    ],
    [
      "sendto",
      `3<NETLINK:[GENERIC:1]>, [{nlmsg_len=20, nlmsg_type=IPVS, nlmsg_flags=NLM_F_REQUEST}, "\\17\\1\\0\\0"]`,
    ],
    ["sendto", `3<NETLINK:[SOCK_DIAG:1]>, [{nlmsg_type=SOCK_DIAG_BY_FAMILY,`],
    ["write", `7<TCP:[10.0.0.1:1->10.0.0.2:2]>, "nlmsg_type=RTM_NEWROUTE", 23`],
    ["write", `1<pipe:[9]>, "/proc/sys/net", 13`],
    ["setsockopt", `4<RAW:[1]>, SOL_IP, IPT_SO_SET_ADD_COUNTERS, "nat\\0", 80`],
    ["setsockopt", `3${"<NETLINK:[1]>"}, SOL_SOCKET, SO_SNDBUF, [32768], 4`],
    ["ioctl", `4<UDP:[1]>, SIOCGIFFLAGS, {}`],
    ["ioctl", `0</dev/null<char 1:3>>, TCGETS, 0x7ff`],
  ])("%s %s is none", (name, args) => {
    expect(describeWrite({ name, args })).toBeUndefined();
  });

  it("tells writes under /proc/sys apart", () => {
    const args = `1</proc/sys/net/ipv4/ip_forward>, "1\\n", 2`;
    expect(describeWrite({ name: "write", args })).toEqual({
      what: "/proc/sys/net/ipv4/ip_forward",
      kind: "sysctl",
    });
  });

  it("tells of what it cannot see into", () => {
    expect(describeWrite({ name: "bpf", args: "BPF_PROG_LOAD, {}, 128" })).toEqual({
      what: "bpf BPF_PROG_LOAD",
      kind: "unsupported",
    });
  });
});
