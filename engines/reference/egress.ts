import { familyOf, type AddressFamily } from "./addresses.ts";
import type { Desired } from "./desired.ts";

/** The one chain that the engine owns, in both tables. Whatever is in it is ours; nothing outside it is, but the jump. */
export const egressChain = "LEAKPROOF-EGRESS";
const mark = "0x200/0x200";

export const egressTables = ["mangle", "nat"] as const;
export type EgressTable = (typeof egressTables)[number];

export const baseChains: Readonly<Record<EgressTable, string>> = { mangle: "PREROUTING", nat: "POSTROUTING" };

/** What a table holds of ours, as its -save prints it. */
export interface FoundTable {
  readonly hasChain: boolean;
  readonly rules: readonly string[];
  readonly jumps: readonly string[];
}

export const noTable: FoundTable = { hasChain: false, rules: [], jumps: [] };

function jumpInto(chain: string): string {
  return `-A ${chain} -m comment --comment leakproof-reference -j ${egressChain}`;
}

export function parseTable(saved: string): FoundTable {
  const lines = saved.split("\n").map((line) => line.trimEnd());
  return {
    hasChain: lines.some((line) => line.startsWith(`:${egressChain} `)),
    rules: lines.filter((line) => line.startsWith(`-A ${egressChain} `)),
    jumps: lines.filter((line) => line.startsWith("-A ") && line.endsWith(` -j ${egressChain}`)),
  };
}

/** The rules that the chain should hold in `table`, spelled as -save prints them, so that texts can be compared. */
export function wantedRules(desired: Desired, table: EgressTable, family: AddressFamily): readonly string[] {
  const wishes = desired.egress.filter(({ pod }) => familyOf(pod) === family);
  if (wishes.length === 0) return [];
  const host = family === 4 ? 32 : 128;
  const from = (pod: string) => `-A ${egressChain} -s ${pod}/${host}`;
  const by = (owner: string) => `-m comment --comment "${owner}"`;
  if (table === "nat") {
    const marked = `-m mark --mark ${mark}`;
    return wishes.flatMap(({ owner, pod, vip, ports }) => {
      const then = `${by(owner)} -j SNAT --to-source ${vip}`;
      return (
        ports?.map(
          ({ protocol, port }) =>
            `${from(pod)} -p ${protocol} ${marked} -m ${protocol} --dport ${port} ${then}`,
        ) ?? [`${from(pod)} ${marked} ${then}`]
      );
    });
  }
  const exempt = desired.exempt.filter((cidr) => familyOf(cidr) === family);
  const first = wishes.filter(({ pod }, index) => wishes.findIndex((wish) => wish.pod === pod) === index);
  return [
    ...exempt.map((cidr) => `-A ${egressChain} -d ${cidr} -j RETURN`),
    ...first.map(({ owner, pod }) => `${from(pod)} ${by(owner)} -j MARK --set-xmark ${mark}`),
  ];
}

/**
 * Input for `-restore --noflush` that brings the table from `found` to `rules`; empty where it is there
 * already. One table is one transaction: no packet ever sees half of it. Without rules chain and jump go too.
 */
export function renderTable(
  table: EgressTable,
  found: FoundTable,
  rules: readonly string[],
): readonly string[] {
  const jump = jumpInto(baseChains[table]);
  const keepsJump = rules.length > 0 && found.jumps.includes(jump);
  const surplus = [...found.jumps];
  if (keepsJump) surplus.splice(surplus.indexOf(jump), 1);
  const lines = surplus.map((line) => line.replace(/^-A/, "-D"));
  if (rules.length === 0) {
    if (found.hasChain) lines.push(`-F ${egressChain}`, `-X ${egressChain}`);
  } else {
    const isSame = found.hasChain && rules.join("\n") === found.rules.join("\n");
    if (!isSame) lines.push(`:${egressChain} - [0:0]`, ...rules);
    if (!keepsJump) lines.push(jump.replace(/^-A (\S+)/, "-I $1 1"));
  }
  return lines.length === 0 ? [] : [`*${table}`, ...lines, "COMMIT"];
}

/** Pods whose SNAT differs between two rule lists: their flows were translated by the old rules. */
export function podsWithOtherSnat(before: readonly string[], after: readonly string[]): readonly string[] {
  const differing = [
    ...before.filter((rule) => !after.includes(rule)),
    ...after.filter((rule) => !before.includes(rule)),
  ];
  return [...new Set(differing.flatMap((rule) => / -s ([^/ ]+)\/(?:32|128) /.exec(rule)?.[1] ?? []))];
}
