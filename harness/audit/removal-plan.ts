import type { Family } from "../model/state.ts";
import type { AuditFinding } from "./finding.ts";

/** One step of taking something away by hand. */
export interface RemovalStep {
  /** What to look at first; nothing below is to be done where it says otherwise. */
  readonly check: string;
  /** POSIX shell. */
  readonly command: string;
  readonly node: string;
  readonly finding: AuditFinding;
}

/** A text that was not written by us, as one word of a shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** `-A CHAIN ...` as arguments: quotes of iptables-save are escapes of its own. */
function ruleArguments(text: string): string {
  const words = text.match(/"(?:[^"\\]|\\.)*"|\S+/gs) ?? [];
  return words
    .map((word) => (word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/gs, "$1") : word))
    .map(quoted)
    .join(" ");
}

function iptablesCommand(finding: AuditFinding): string {
  const { family = "", table = "filter", chain = "", text } = finding;
  const tool = `${family} -w -t ${quoted(table)}`;
  return text.startsWith("-A ")
    ? `${tool} ${ruleArguments(text.replace(/^-A /, "-D "))}`
    : `${tool} -X ${quoted(chain)}`;
}

/** nft deletes a rule by its handle alone, and only the kernel knows that. */
function nftCommand(finding: AuditFinding): string {
  const { table = "", chain = "", text } = finding;
  const place = `${table} ${chain}`;
  if (text.startsWith("add element "))
    return `nft delete element ${table} ${text
      .slice("add element ".length)
      .replace(/ : [^}]*/, " ")
      .replace(/ comment "[^"]*"/, "")}`
      .split(" ")
      .map(quoted)
      .join(" ");
  if (text.startsWith("add rule ")) {
    const look = `nft -a list chain ${place}`.split(" ").map(quoted).join(" ");
    const remove = `nft delete rule ${place}`.split(" ").map(quoted).join(" ");
    return `${look}   # find the handle of: ${text.replace(/^add rule \S+ /, "").replaceAll("\n", " ")}\n${remove} handle HANDLE`;
  }
  const kind = /^add (\S+) /.exec(text)?.[1] ?? "chain";
  return (kind === "table" ? `nft delete table ${table}` : `nft delete ${kind} ${place}`)
    .split(" ")
    .map(quoted)
    .join(" ");
}

function routeCommand({ table = "main", text }: AuditFinding): string {
  const version = /^\S+ [0-9a-f]*:/.test(text) ? "-6 " : "";
  return `ip ${version}route del ${text} table ${table}`.split(" ").map(quoted).join(" ");
}

function ipvsCommand({ text, chain = "" }: AuditFinding): string {
  if (text.startsWith("-A ")) return `ipvsadm -D ${chain}`;
  const target = /-r \S+/.exec(text)?.[0] ?? "";
  return `ipvsadm -d ${chain} ${target}`;
}

const commands: Readonly<Partial<Record<Family, (finding: AuditFinding) => string>>> = {
  "iptables-legacy": iptablesCommand,
  "ip6tables-legacy": iptablesCommand,
  "iptables-nft": iptablesCommand,
  "ip6tables-nft": iptablesCommand,
  nftables: nftCommand,
  ipvs: ipvsCommand,
  route: routeCommand,
  ipset: ({ text, chain = "" }) =>
    text.startsWith("add ")
      ? `ipset del ${quoted(chain)} ${quoted(text.split(" ")[2] ?? "")}`
      : `ipset destroy ${quoted(chain)}`,
  address: ({ text }) => {
    const [address = "", , device = ""] = text.split(" ");
    return `ip addr del ${quoted(address)} dev ${quoted(device)}`;
  },
};

function commandFor(finding: AuditFinding): string | undefined {
  const { kind, family, text } = finding;
  if (kind === "missing" || text.startsWith("-P ")) return undefined;
  if (kind === "lease") {
    const [namespace = "", name = ""] = text.replace(/^Lease /, "").split("/");
    return `kubectl -n ${quoted(namespace)} delete lease ${quoted(name)}`;
  }
  return family === undefined ? undefined : commands[family]?.(finding);
}

function checkFor(finding: AuditFinding): string {
  const { owner, traffic, kind } = finding;
  const still = owner === undefined ? "no object names it" : `${owner} does not need it (kubectl get)`;
  switch (kind) {
    case "duplicate":
      return "the rule stands there twice: this takes the first away, the other stays";
    case "unreferenced":
      return "nothing leads to it and it is empty: otherwise the kernel refuses, and that is right";
    case "not-installed":
      return `${finding.engine} is not to come back; ${traffic ?? "it carries no traffic by itself"}`;
    default:
      return `${still}, and the audit still shows it; ${traffic ?? "it carries no traffic by itself"}`;
  }
}

/**
 * What goes first: what leads into chains before what is in them, so that no packet meets half of it;
 * rewriting (SNAT, DNAT) before marks, since a mark without its SNAT does nothing, and the other way
 * round a packet would leave unmarked into a rule that is about to go; then members, sets and chains,
 * which nothing refers to by then; routes before addresses.
 */
function rank(finding: AuditFinding): number {
  const { family, text, kind } = finding;
  if (family === undefined) return 9;
  if (family === "address") return 8;
  if (family === "route") return 7;
  if (/^-N |^create |^add (?:set|map) /.test(text)) return 6;
  if (text.startsWith("add chain ")) return 6;
  if (text.startsWith("add table ")) return 7;
  if (family === "ipset" || family === "ipvs" || text.startsWith("add element "))
    return text.includes("goto") ? 0 : 5;
  if (kind === "duplicate") return 4;
  if (/-[jg] (?:KUBE-|[A-Z_]+-[A-Z])|\b(?:jump|goto) /.test(text)) return 0;
  if (/-j (?:SNAT|DNAT|MASQUERADE)|\b(?:snat|dnat|masquerade)\b/.test(text)) return 1;
  if (/-j MARK|mark set /.test(text)) return 2;
  return 3;
}

/**
 * The commands that would take each finding away, in an order that keeps traffic flowing. Nothing is
 * run. What cannot be taken away by a command (a missing rule, a finalizer) has none, and is left out.
 */
export function planRemoval(findings: readonly AuditFinding[]): readonly RemovalStep[] {
  return findings
    .map((finding) => ({ finding, command: commandFor(finding) }))
    .flatMap(({ finding, command }) =>
      command === undefined ? [] : [{ check: checkFor(finding), command, node: finding.node, finding }],
    )
    .toSorted((one, other) => one.node.localeCompare(other.node) || rank(one.finding) - rank(other.finding));
}
