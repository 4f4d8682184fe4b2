import type { StateItem } from "../model/state.ts";
import type { ClusterNode } from "../node/node.ts";
import { parseNftRuleset } from "../state/nftables.ts";
import { handleKey, removalCommands, type RuleHandles } from "./removal.ts";

const none = { items: [], tables: new Set<string>(), incompatible: new Set<string>() };

/** The text of a rule as snapshots have it, from the JSON of that rule alone. */
function ruleText(rule: unknown): string | undefined {
  const alone = JSON.stringify({ nftables: [{ metainfo: {} }, { rule }] });
  return parseNftRuleset(alone, { ip: none, ip6: none }).items[0]?.text;
}

/** Reads `nft -a -j list ruleset`. Rules that iptables-nft made are left out: they are deleted by their text. */
export function readRuleHandles(text: string): RuleHandles {
  const { nftables } = JSON.parse(text) as { readonly nftables: readonly { readonly rule?: unknown }[] };
  const handles = new Map<string, number[]>();
  for (const { rule } of nftables) {
    if (rule === undefined || JSON.stringify(rule).includes('"xt":')) continue;
    const { family, table, chain, handle } = rule as {
      readonly family: string;
      readonly table: string;
      readonly chain: string;
      readonly handle: number;
    };
    const key = handleKey({ table: `${family} ${table}`, chain, text: ruleText(rule) ?? "" });
    handles.set(key, [...(handles.get(key) ?? []), handle]);
  }
  return handles;
}

/**
 * Takes items away from a node as somebody else would, by their families' own tools.
 *
 * @param all - everything that is on the node
 * @throws {HarnessError} `node/command-failed` where a tool refuses, as it does for what is gone already
 */
export async function removeItems(
  node: ClusterNode,
  items: readonly StateItem[],
  all: readonly StateItem[],
): Promise<void> {
  const isNative = items.some(({ family }) => family === "nftables");
  const handles = isNative
    ? readRuleHandles((await node.exec(["nft", "-a", "-j", "list", "ruleset"])).stdout)
    : new Map<string, readonly number[]>();
  for (const { argv, input } of removalCommands(items, all, handles))
    await node.exec(argv, input === undefined ? {} : { input });
}
