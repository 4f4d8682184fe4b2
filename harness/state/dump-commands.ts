import { sysctlPatterns } from "./sysctl.ts";

/** A text on stderr of a tool that succeeded, and why it hides nothing. */
interface HarmlessText {
  /** Must match a whole line. */
  readonly pattern: RegExp;
  readonly reason: string;
}

/** One tool to ask. */
export interface DumpCommand {
  readonly name: DumpName;
  /** POSIX shell. */
  readonly command: string;
  /** Where absent, so is what it would show: the section is skipped. */
  readonly onlyIfExists?: string;
  readonly harmless: readonly HarmlessText[];
}

export type DumpName =
  | "iptables-legacy"
  | "ip6tables-legacy"
  | "iptables-nft"
  | "ip6tables-nft"
  | "nftables"
  | "ipset"
  | "ipvs-table"
  | "ipvs"
  | "links"
  | "routes-4"
  | "routes-6"
  | "rules-4"
  | "rules-6"
  | "neighbours"
  | "proxies"
  | "conntrack"
  | "sysctls";

const legacyTables: HarmlessText = {
  pattern: /^# Warning: ip6?tables-legacy tables present, use ip6?tables-legacy-save to see them$/,
  reason: "the legacy tables are dumped by their own tool",
};
const flowCount: HarmlessText = {
  pattern: /^conntrack v[\d.]+ \(conntrack-tools\): \d+ flow entries have been shown\.$/,
  reason: "a summary",
};
const managedByIptables: HarmlessText = {
  pattern: /^# Warning: table ip6? \S+ is managed by iptables-nft, do not touch!$/,
  reason: "it says who wrote the table; such tables are read by iptables-nft-save",
};
const noJsonForm: HarmlessText = {
  pattern: /^warning: (?:stmt|expr) ops \S+ have no json callback$/,
  reason: "that part of the rule is in the JSON as nft text, which is read as such",
};

/** One process for all files: those that this kernel lacks are left out, and one that cannot be read is an error. */
const readSysctls = `set --; for f in ${sysctlPatterns.map((pattern) => `/proc/sys/net/${pattern}`).join(" ")}; do [ -e "$f" ] && set -- "$@" "$f"; done; grep -H "" "$@"`;

const ipvsTable = "/proc/net/ip_vs";
/** Its tool is needed only where there is more to see than the three lines of the heading. */
const saveIpvs = `[ "$(wc -l <${ipvsTable})" -le 3 ] || ipvsadm -Sn`;

/**
 * The kernel goes through the flows of all namespaces for each list, which takes more than any other tool does: one
 * list is of all families where the tool can ask for that (since 1.4.7; before, "no family" meant IPv4).
 */
const listFlows =
  'case "$(conntrack --version)" in *" v1.4."[0-6]" "*|*" v1."[0-3]"."*|*" v0."*) conntrack -L -f ipv4 -o extended && conntrack -L -f ipv6 -o extended;; *) conntrack -L -o extended;; esac';

/**
 * Every tool that is asked for the state of a node, in lanes that run side by side. `nft` has one to itself, as it
 * takes most of the time; iptables-nft-save comes at the end of the other, so that a table that nft
 * listed is one that iptables-nft-save has seen.
 */
export const dumpLanes: readonly (readonly DumpCommand[])[] = [
  [
    { name: "links", command: "ip -j -d addr show", harmless: [] },
    { name: "routes-4", command: "ip -N -j -d -4 route show table all", harmless: [] },
    { name: "routes-6", command: "ip -N -j -d -6 route show table all", harmless: [] },
    { name: "rules-4", command: "ip -N -j -d -4 rule show", harmless: [] },
    { name: "rules-6", command: "ip -N -j -d -6 rule show", harmless: [] },
    { name: "neighbours", command: "ip -j neigh show nud permanent", harmless: [] },
    { name: "proxies", command: "ip -j neigh show proxy", harmless: [] },
    { name: "sysctls", command: readSysctls, harmless: [] },
    { name: "ipset", command: "ipset save", harmless: [] },
    { name: "ipvs-table", command: `cat ${ipvsTable}`, onlyIfExists: ipvsTable, harmless: [] },
    { name: "ipvs", command: saveIpvs, onlyIfExists: ipvsTable, harmless: [] },
    { name: "iptables-legacy", command: "iptables-legacy-save", harmless: [] },
    { name: "ip6tables-legacy", command: "ip6tables-legacy-save", harmless: [] },
    { name: "iptables-nft", command: "iptables-nft-save", harmless: [legacyTables] },
    { name: "ip6tables-nft", command: "ip6tables-nft-save", harmless: [legacyTables] },
  ],
  [{ name: "nftables", command: "nft -j list ruleset", harmless: [managedByIptables, noJsonForm] }],
  [{ name: "conntrack", command: listFlows, harmless: [flowCount] }],
];

/** The same as one list. */
export const dumpCommands: readonly DumpCommand[] = dumpLanes.flat();
