import type { StateItem } from "../model/state.ts";
import { isInside, parseNetwork } from "../state/address.ts";
import { diffStates } from "../state/diff.ts";
import { apiServerCommands, ipvsChecks, ipvsCommands } from "./decoy-ipvs.ts";
import { neighbours } from "./decoy-neighbour.ts";
import type { DecoyOptions, DecoyPlan } from "./decoy-plan.ts";
import { routeChecks, routeCommands } from "./decoy-routes.ts";
import { ruleChecks, ruleCommands } from "./decoy-rules.ts";

/**
 * Somebody else's state for a node: rules of both iptables back ends and both families, a native nft
 * table, an ipset, virtual servers where the node has ip_vs, routes, `ip rule`s, an address and a connection, made with the tools that engines use,
 * from documentation addresses only. Nothing in it drops or rewrites a packet of anybody else.
 *
 * The runner takes a snapshot, runs the commands, takes another, and records `plantedItems` of the two as
 * `decoys`. Planting during a run is for times when the engine is quiet: its own changes would count too.
 */
export function decoysFor(options: DecoyOptions): DecoyPlan {
  const who = neighbours[options.phase];
  return {
    commands: [
      ...routeCommands(who, options),
      ...ruleCommands(who),
      ...(options.hasIpvs === true ? ipvsCommands(who) : []),
      ...(options.phase === "before" ? apiServerCommands(options.apiServerAt ?? []) : []),
    ],
    checks: [
      ...routeChecks(who, options),
      ...ruleChecks(who),
      ...(options.hasIpvs === true ? ipvsChecks(who) : []),
    ],
  };
}

/** RFC 5737 and RFC 3849: addresses for documentation, which decoys are made of. */
const documentation = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"].map(
  parseNetwork,
);

function isOfDocumentation(item: StateItem): boolean {
  return item.tokens.some(
    (token) => token.kind === "addresses" && documentation.some((range) => isInside(token, range)),
  );
}

const ownSets = new Set(Object.values(neighbours).map(({ name }) => name));

/**
 * What planting added, chains and tables that came with the rules included. Of connections only the
 * decoys' own: those of probes come and go. Of sets too: an engine may note an address as soon as it is there.
 */
export function plantedItems(
  before: readonly StateItem[],
  after: readonly StateItem[],
): readonly StateItem[] {
  const { added } = diffStates(before, after);
  return added.filter((item) => {
    if (item.family === "ipset") return ownSets.has(item.chain ?? "");
    return item.family !== "conntrack" || isOfDocumentation(item);
  });
}
