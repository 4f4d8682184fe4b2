import type { StateItem } from "../model/state.ts";

/** A command that takes items of a node away. */
export interface RemovalCommand {
  readonly argv: readonly [string, ...string[]];
  readonly input?: string;
}

/** Handles of a rule of native nft, by `handleKey`, in the order of its chain. */
export type RuleHandles = ReadonlyMap<string, readonly number[]>;

/** What two rules of native nft must share to be taken for the same. */
export function handleKey({ table, chain, text }: Pick<StateItem, "table" | "chain" | "text">): string {
  return `${table ?? ""}|${chain ?? ""}|${text}`;
}

/** Whether the item refers to one of these chains or sets. */
function refersTo(item: StateItem, names: ReadonlySet<string>): boolean {
  return item.tokens.some((token) => token.kind === "reference" && names.has(token.name));
}

function byKey<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

/** Lines for iptables-restore: a chain goes with its rules and with all rules that lead to it. */
function tableLines(
  table: string,
  items: readonly StateItem[],
  all: readonly StateItem[],
): readonly string[] {
  const chains = new Set(items.flatMap(({ kind, chain }) => (kind === "chain" ? [chain ?? ""] : [])));
  const isOutside = (item: StateItem): boolean =>
    item.kind === "rule" && item.table === table && !chains.has(item.chain ?? "");
  // `all` is another look at the node: the rules that lead to a chain are taken from there alone.
  const rules = [
    ...items.filter((item) => isOutside(item) && !refersTo(item, chains)),
    ...all.filter((item) => isOutside(item) && refersTo(item, chains)),
  ];
  return [
    `*${table}`,
    ...items.flatMap(({ kind, chain }) => (kind === "policy" ? [`:${chain ?? ""} ACCEPT [0:0]`] : [])),
    ...rules.map(({ text }) => text.replace(/^-A /, "-D ")),
    ...[...chains].map((chain) => `-F ${chain}`),
    ...[...chains].map((chain) => `-X ${chain}`),
    "COMMIT",
  ];
}

function iptablesCommands(items: readonly StateItem[], all: readonly StateItem[]): readonly RemovalCommand[] {
  const isIptables = ({ family }: StateItem): boolean => /^ip6?tables-/.test(family);
  return [...byKey(items.filter(isIptables), ({ family }) => family)].map(([family, own]) => {
    const whole = all.filter((item) => item.family === family);
    const tables = byKey(own, ({ table }) => table ?? "");
    const lines = [...tables].flatMap(([table, some]) => tableLines(table, some, whole));
    return { argv: [`${family}-restore`, "--noflush", "-w", "10"], input: `${lines.join("\n")}\n` };
  });
}

/** Statements for `nft -f`, all of one table: a chain goes with its rules and with all that leads to it. */
function nftStatements(
  table: string,
  items: readonly StateItem[],
  all: readonly StateItem[],
  handles: RuleHandles,
): readonly string[] {
  if (items.some(({ kind }) => kind === "table")) return [`delete table ${table}`];
  const named = (...kinds: readonly string[]): readonly string[] =>
    items.flatMap(({ kind, chain }) => (kinds.includes(kind) ? [chain ?? ""] : []));
  const chains = new Set(named("chain"));
  const sets = new Set(named("set", "map"));
  const names = new Set([...chains, ...sets]);
  const isOutside = (item: StateItem): boolean => item.table === table && !names.has(item.chain ?? "");
  const outside = [
    ...items.filter((item) => isOutside(item) && !refersTo(item, names)),
    ...all.filter((item) => isOutside(item) && refersTo(item, names)),
  ];
  const taken = new Map<string, number>();
  const rules = outside.flatMap((item) => {
    const key = handleKey(item);
    const nth = taken.get(key) ?? 0;
    taken.set(key, nth + 1);
    const handle = item.kind === "rule" ? handles.get(key)?.[nth] : undefined;
    return handle === undefined ? [] : [`delete rule ${table} ${item.chain ?? ""} handle ${handle}`];
  });
  const members = outside
    .filter(({ kind }) => kind === "member")
    .map(({ text }) => text.replace(/^add element /, `delete element ${table} `));
  return [
    ...rules,
    ...members,
    ...[...chains].map((chain) => `flush chain ${table} ${chain}`),
    ...[...chains].map((chain) => `delete chain ${table} ${chain}`),
    ...named("set").map((set) => `delete set ${table} ${set}`),
    ...named("map").map((map) => `delete map ${table} ${map}`),
  ];
}

function nftCommands(
  items: readonly StateItem[],
  all: readonly StateItem[],
  handles: RuleHandles,
): readonly RemovalCommand[] {
  const native = (some: readonly StateItem[]): readonly StateItem[] =>
    some.filter(({ family }) => family === "nftables");
  const statements = [...byKey(native(items), ({ table }) => table ?? "")].flatMap(([table, own]) =>
    nftStatements(table, own, native(all), handles),
  );
  return statements.length === 0 ? [] : [{ argv: ["nft", "-f", "-"], input: `${statements.join("\n")}\n` }];
}

/** Members first: a set may hold others. */
function ipsetCommands(items: readonly StateItem[]): readonly RemovalCommand[] {
  const own = items.filter(({ family }) => family === "ipset");
  const sets = new Set(own.flatMap(({ kind, chain }) => (kind === "set" ? [chain ?? ""] : [])));
  const lines = [
    ...[...sets].map((name) => `flush ${name}`),
    ...own
      .filter(({ kind, chain }) => kind === "member" && !sets.has(chain ?? ""))
      .map(({ text }) => text.split(" ").slice(1, 3).join(" "))
      .map((member) => `del ${member}`),
    ...[...sets].map((name) => `destroy ${name}`),
  ];
  return lines.length === 0 ? [] : [{ argv: ["ipset", "restore"], input: `${lines.join("\n")}\n` }];
}

/** A service takes its destinations along. */
function ipvsCommands(items: readonly StateItem[]): readonly RemovalCommand[] {
  const own = items.filter(({ family }) => family === "ipvs");
  const services = new Set(own.flatMap(({ kind, chain }) => (kind === "service" ? [chain ?? ""] : [])));
  const destinations = own.filter(({ kind, chain }) => kind === "destination" && !services.has(chain ?? ""));
  return [
    ...[...services].map((key) => ["ipvsadm", "-D", ...key.split(" ")] as const),
    ...destinations.map(({ chain = "", text }) => {
      const [address = ""] = text.slice(`-a ${chain} -r `.length).split(" ");
      return ["ipvsadm", "-d", ...chain.split(" "), "-r", address] as const;
    }),
  ].map((argv) => ({ argv }));
}

/** The words of a route by which `ip route del` finds it and no other. */
function routeSelector(text: string): readonly string[] {
  const [type = "", destination = "", ...rest] = text.split(" ");
  const words = [type, destination];
  for (const [index, word] of rest.entries())
    if (["via", "dev", "proto", "metric"].includes(word)) words.push(word, rest[index + 1] ?? "");
    // The ways of a route with several follow; they are no part of what it is called.
    else if (word === "nexthop") break;
  return words;
}

function ipArgv(item: StateItem): readonly [string, ...string[]] | undefined {
  const { family, table = "254", text } = item;
  const words = text.split(" ");
  const version = /^\S* ?\S*:/.test(text) ? "-6" : "-4";
  switch (family) {
    case "route":
      return ["ip", version, "route", "del", ...routeSelector(text), "table", table];
    case "rule":
      return ["ip", words[0] ?? "", "rule", "del", ...words.slice(1)];
    case "address":
      return ["ip", "addr", "del", ...words.slice(0, words.indexOf("dev") + 2)];
    case "link":
      return ["ip", "link", "del", words[1] ?? ""];
    case "neighbour":
      return text.endsWith(" proxy")
        ? ["ip", "neigh", "del", "proxy", ...words.slice(0, 3)]
        : ["ip", "neigh", "del", ...words.slice(0, 3)];
    default:
      return undefined;
  }
}

/**
 * The commands that take `items` away from a node, in order; what refers to a chain or set goes with it.
 * Connection tracking and sysctls are left alone.
 *
 * @param all - everything that is on the node
 * @param handles - of the rules of native nft among all of it
 */
export function removalCommands(
  items: readonly StateItem[],
  all: readonly StateItem[],
  handles: RuleHandles,
): readonly RemovalCommand[] {
  const order = ["rule", "route", "neighbour", "address", "link"];
  const ip = items
    .filter(({ family }) => order.includes(family))
    .toSorted((one, other) => order.indexOf(one.family) - order.indexOf(other.family))
    .flatMap((item) => {
      const argv = ipArgv(item);
      return argv === undefined ? [] : [{ argv }];
    });
  // Sets come last: rules may refer to them.
  return [
    ...iptablesCommands(items, all),
    ...nftCommands(items, all, handles),
    ...ipvsCommands(items),
    ...ip,
    ...ipsetCommands(items),
  ];
}
