import type { KernelFeature } from "../model/kernel-feature.ts";

/** A shell script that succeeds inside the sandbox where the kernel, as that user, can do something. */
export interface KernelProbe {
  readonly name: string;
  /** Runs with `set -e` in namespaces of its own; what it prints is shown when it fails. */
  readonly script: string;
  readonly needed: boolean;
  /** What scenarios call it that need it. */
  readonly feature?: KernelFeature;
  /** Loaded by root, these bring it: a user namespace cannot load modules itself. */
  readonly modules: readonly string[];
  /** What cannot be run without it. */
  readonly without: string;
}

/** Documentation addresses (RFC 5737, RFC 3849): no real rule names them. */
const v4 = "192.0.2.7";
const v6 = "2001:db8::7";

function iptablesScript(kind: "legacy" | "nft"): string {
  return [`iptables ${v4} 192.0.2.8`, `ip6tables ${v6} 2001:db8::8`]
    .map((line) => {
      const [program = "", source = "", target = ""] = line.split(" ");
      const tool = `${program}-${kind}`;
      return `
${tool} -t filter -A INPUT -s ${source} -m comment --comment probe -j ACCEPT
${tool} -t mangle -A PREROUTING -s ${source} -j MARK --set-mark 0x7
${tool} -t nat -A POSTROUTING -s ${source} -j SNAT --to-source ${target}
${tool}-save | grep -q -e "-s ${source}/.* --to-source ${target}"`;
    })
    .join("\n");
}

/** What the sandbox and the engines ask of the kernel, each by doing it. */
export const kernelProbes: readonly KernelProbe[] = [
  {
    name: "bridge and veth",
    script: `ip link add probe0 type bridge; ip link add probe1 type veth peer name probe2
ip netns add probe; ip link set probe2 netns probe; ip link set probe1 master probe0`,
    needed: true,
    modules: ["bridge", "veth"],
    without: "nothing can be run",
  },
  {
    name: "iptables-legacy",
    script: iptablesScript("legacy"),
    needed: true,
    modules: [
      "iptable_filter",
      "iptable_mangle",
      "iptable_nat",
      "ip6table_filter",
      "ip6table_mangle",
      "ip6table_nat",
    ],
    without: "nothing can be run",
  },
  {
    name: "iptables-nft",
    script: iptablesScript("nft"),
    needed: true,
    modules: ["nf_tables", "nft_compat", "nft_chain_nat", "xt_mark", "xt_nat", "xt_comment"],
    without: "nothing can be run",
  },
  {
    name: "nftables",
    script: `nft add table inet probe; nft add chain inet probe in '{ type filter hook input priority 0; }'
nft add rule inet probe in ip saddr ${v4} counter drop; nft --json list ruleset | grep -q ${v4}`,
    needed: true,
    modules: ["nf_tables"],
    without: "nothing can be run",
  },
  {
    name: "ipset",
    script: `ipset create probe hash:ip; ipset add probe ${v4}; ipset save | grep -q ${v4}
iptables-nft -A INPUT -m set --match-set probe src -j ACCEPT`,
    needed: true,
    modules: ["ip_set", "ip_set_hash_ip", "ip_set_hash_net", "ip_set_hash_ipport", "xt_set"],
    without: "nothing can be run",
  },
  {
    name: "conntrack",
    script: `conntrack -I -s ${v4} -d 192.0.2.8 -p tcp --sport 7 --dport 8 --state ESTABLISHED -t 60
conntrack -L -s ${v4} | grep -q dport=8`,
    needed: true,
    modules: ["nf_conntrack", "nf_conntrack_netlink"],
    without: "nothing can be run",
  },
  {
    name: "strace with a filter",
    script: `strace -f -qq --seccomp-bpf -e trace=sendto,sendmsg -e inject=sendto,sendmsg:delay_exit=1 -o /run/probe ip link add probe0 type bridge
grep -q -E '^[0-9]* *send' /run/probe`,
    needed: true,
    modules: [],
    without: "no crash points can be tried; allow ptrace (a container needs --cap-add SYS_PTRACE)",
  },
  {
    name: "bwrap inside",
    script: `bwrap --ro-bind / / --dev /dev --tmpfs /tmp --unshare-pid --proc /proc true`,
    needed: true,
    modules: [],
    without: "engines cannot be kept apart from the host's files",
  },
  {
    name: "tun",
    script: `ip tuntap add dev probe0 mode tun`,
    needed: false,
    modules: ["tun"],
    without: "no guests on the bridge",
  },
  {
    name: "ip_vs",
    // A service of IPv6 is made by generic netlink alone, by which engines talk: older ways are open to more users.
    script: `ipvsadm -A -t [${v6}]:80 -s rr; ipvsadm -a -t [${v6}]:80 -r [2001:db8::8]:80 -m; ipvsadm -Sn | grep -q -F -e "-r [2001:db8::8]:80"
ipset create probe hash:ip,port; iptables-nft -A INPUT -m ipvs --ipvs -j ACCEPT`,
    needed: false,
    feature: "ip_vs",
    modules: ["ip_vs", "ip_vs_rr", "ip_vs_wrr", "ip_vs_lc", "ip_vs_sh", "ip_vs_mh", "xt_ipvs"],
    without: "IPVS engines need a guest",
  },
  {
    name: "dummy interfaces",
    script: `ip link add probe0 type dummy`,
    needed: false,
    feature: "dummy",
    modules: ["dummy"],
    without: "engines with a dummy interface (IPVS mode) need a guest",
  },
  {
    name: "openvswitch",
    script: `genl ctrl get name ovs_datapath`,
    needed: false,
    feature: "openvswitch",
    modules: ["openvswitch"],
    without: "engines of Open vSwitch need a guest",
  },
];
