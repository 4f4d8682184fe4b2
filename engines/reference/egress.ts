import { familyOf, type AddressFamily } from "./addresses.ts";
import type { Desired } from "./desired.ts";
import { type FoundChain, noChain, parseChain, renderChain } from "./own-chain.ts";

/** The one chain that the engine owns, in both tables. Whatever is in it is ours; nothing outside it is, but the jump. */
export const egressChain = "LEAKPROOF-EGRESS";
const mark = "0x200/0x200";

export const egressTables = ["mangle", "nat"] as const;
export type EgressTable = (typeof egressTables)[number];

export const baseChains: Readonly<Record<EgressTable, string>> = { mangle: "PREROUTING", nat: "POSTROUTING" };

/** What a table holds of ours. */
export type FoundTable = FoundChain;

export const noTable: FoundTable = noChain;

export function parseTable(saved: string): FoundTable {
  return parseChain(saved, egressChain);
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

/** Input for `-restore --noflush` that brings the table from `found` to `rules`. */
export function renderTable(
  table: EgressTable,
  found: FoundTable,
  rules: readonly string[],
): readonly string[] {
  const jump = `-A ${baseChains[table]} -m comment --comment leakproof-reference -j ${egressChain}`;
  return renderChain({ table, chain: egressChain, jump }, found, rules);
}

/** Pods whose SNAT differs between two rule lists: their flows were translated by the old rules. */
export function podsWithOtherSnat(before: readonly string[], after: readonly string[]): readonly string[] {
  const differing = [
    ...before.filter((rule) => !after.includes(rule)),
    ...after.filter((rule) => !before.includes(rule)),
  ];
  return [...new Set(differing.flatMap((rule) => / -s ([^/ ]+)\/(?:32|128) /.exec(rule)?.[1] ?? []))];
}
