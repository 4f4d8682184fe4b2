import { HarnessError } from "../errors/harness-error.ts";
import type { Family, StateItem, Token } from "../model/state.ts";
import { excerpt } from "./json.ts";
import {
  interfaceToken,
  markTokens,
  nameTokens,
  networkTokens,
  portTokens,
  referenceTokens,
  unique,
} from "./tokens.ts";

type IptablesFamily = Extract<Family, `ip${string}tables-${string}`>;
type Reader = (
  value: string,
  rule: { readonly protocol?: string; readonly chains: ReadonlySet<string> },
) => readonly Token[];

/** What one of the -save tools printed. */
export interface SavedTables {
  readonly items: readonly StateItem[];
  /** Tables that were printed in full. */
  readonly tables: ReadonlySet<string>;
  /** Tables that the tool refused, since they hold rules of native nft: it prints no rule of them and exits with 0. */
  readonly incompatible: ReadonlySet<string>;
}

const networks: Reader = (value) => {
  const tokens = networkTokens(value);
  // A mask with holes is no interval; the address that it is cut from is still an identity.
  return tokens.length > 0 ? tokens : networkTokens(value.split("/", 1)[0] ?? value);
};
const interfaces: Reader = (value) => [interfaceToken(value)];
const marks: Reader = (value) => markTokens(value);
const names: Reader = (value) => nameTokens(value);
const references: Reader = (value) => referenceTokens(value);
const jump: Reader = (value, { chains }) => (chains.has(value) ? referenceTokens(value) : []);
const sources: Reader = (value, { protocol }) => portTokens(value, "source", protocol);
const destinations: Reader = (value, { protocol }) => portTokens(value, "destination", protocol);
const targets: Reader = (value, { protocol }) => portTokens(value, "target", protocol);
const bothPorts: Reader = (value, rule) => [...sources(value, rule), ...destinations(value, rule)];

/** `address`, `address-address`, `address:port-port`, `[v6]:port`, `:port`. */
const endpoint: Reader = (value, { protocol }) => {
  const bracketed = /^(\[[^\]]+\](?:-\[[^\]]+\])?)(?::(.+))?$/.exec(value);
  const plain = /^([^:]*)(?::([^:]+))?$/.exec(value);
  const [, address = value, ports = ""] = bracketed ?? plain ?? [];
  return [
    ...networkTokens(address.replace(/[[\]]/g, "")),
    ...portTokens(ports.split("/", 1)[0] ?? "", "target", protocol),
  ];
};

/** Options whose value names something. Every other value is read too where it is an address or a network. */
const readers: Readonly<Record<string, Reader>> = {
  "-s": networks,
  "-d": networks,
  "-i": interfaces,
  "-o": interfaces,
  "--physdev-in": interfaces,
  "--physdev-out": interfaces,
  "--oif": interfaces,
  "-j": jump,
  "-g": jump,
  "--match-set": references,
  "--add-set": references,
  "--del-set": references,
  "--map-set": references,
  "--comment": names,
  "--log-prefix": names,
  "--nflog-prefix": names,
  "--name": names,
  "--hashlimit-name": names,
  "--helper": names,
  "--path": names,
  // A mask of `recent` and its like: no address.
  "--mask": () => [],
  "--mark": marks,
  "--set-mark": marks,
  "--set-xmark": marks,
  "--tproxy-mark": marks,
  "--sport": sources,
  "--sports": sources,
  "--dport": destinations,
  "--dports": destinations,
  "--ports": bothPorts,
  "--vport": destinations,
  "--ctorigsrcport": sources,
  "--ctorigdstport": destinations,
  "--ctreplsrcport": sources,
  "--ctrepldstport": destinations,
  "--on-port": targets,
  "--to-ports": targets,
  "--to-source": endpoint,
  "--to-destination": endpoint,
};

const words = /"(?:[^"\\]|\\.)*"|\S+/gs;

function splitRule(line: string): readonly string[] {
  const found = line.match(words) ?? [];
  return found.map((word) => (word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/gs, "$1") : word));
}

/** The tokens of one `-A` line. `chains` are the user-defined chains of its table: a jump to anything else is an extension. */
function ruleTokens(args: readonly string[], chains: ReadonlySet<string>): readonly Token[] {
  const at = args.indexOf("-p");
  const protocol = at === -1 ? undefined : args[at + 1];
  const rule = protocol === undefined ? { chains } : { chains, protocol };
  const tokens: Token[] = [];
  for (const [index, word] of args.entries()) {
    if (index < 2) continue;
    const previous = args[index - 1] ?? "";
    const reader = Object.hasOwn(readers, previous) ? readers[previous] : undefined;
    if (reader !== undefined) tokens.push(...reader(word, rule));
    else if (!word.startsWith("-")) tokens.push(...networkTokens(word));
  }
  return unique(tokens);
}

function chainItem(family: IptablesFamily, table: string, line: string): StateItem {
  const [name = "", policy = "-"] = line.slice(1).split(" ");
  const common = { family, table, chain: name };
  if (policy !== "-") return { ...common, kind: "policy", text: `-P ${name} ${policy}`, tokens: [] };
  return { ...common, kind: "chain", text: `-N ${name}`, tokens: nameTokens(name) };
}

/** A rule whose comment holds a line break is printed on several lines. */
function joinQuoted(lines: readonly string[]): readonly string[] {
  const joined: string[] = [];
  let open: string | undefined;
  for (const line of lines) {
    const whole = open === undefined ? line : `${open}\n${line}`;
    const isOpen =
      whole.startsWith("-A") && whole.includes('"') && whole.replace(/"(?:[^"\\]|\\.)*"/gs, "").includes('"');
    open = isOpen ? whole : undefined;
    if (!isOpen) joined.push(whole);
  }
  return open === undefined ? joined : [...joined, open];
}

/**
 * Reads what `iptables-save` of any back end printed. Rules are the lines as printed; a built-in chain
 * is its policy, `-P INPUT ACCEPT`; counters and dates stay out.
 *
 * @throws {HarnessError} `state/unreadable` for a line that belongs to no table or a table that is cut short
 */
export function parseIptablesSave(family: IptablesFamily, text: string): SavedTables {
  const items: StateItem[] = [];
  const tables = new Set<string>();
  const incompatible = new Set<string>();
  let table: string | undefined;
  let chains = new Set<string>();
  const broken = (line: string): HarnessError =>
    new HarnessError(
      "state/unreadable",
      `${family}: unexpected ${excerpt(line)} in table ${table ?? "(none)"}.`,
    );
  for (const line of joinQuoted(text.split("\n"))) {
    const refused = /^# Table [`'](.+)' is incompatible/.exec(line);
    if (refused?.[1] !== undefined) incompatible.add(refused[1]);
    else if (line.trim() === "" || line.startsWith("#")) continue;
    else if (line.startsWith("*") && table === undefined) {
      table = line.slice(1).trim();
      chains = new Set();
    } else if (table === undefined) throw broken(line);
    else if (line.startsWith(":")) {
      const item = chainItem(family, table, line);
      if (item.kind === "chain") chains.add(item.chain ?? "");
      items.push(item);
    } else if (line.startsWith("-A ")) {
      const args = splitRule(line);
      const chain = args[1] ?? "";
      items.push({
        family,
        table,
        chain,
        kind: "rule",
        text: line.trimEnd(),
        tokens: ruleTokens(args, chains),
      });
    } else if (line.trim() === "COMMIT") {
      tables.add(table);
      table = undefined;
    } else throw broken(line);
  }
  if (table !== undefined) throw broken("(end of output)");
  return { items, tables, incompatible };
}
