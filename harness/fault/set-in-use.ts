import type { FaultAction } from "../model/fault.ts";
import type { StateItem } from "../model/state.ts";
import type { ClusterNode } from "../node/node.ts";
import type { Fault } from "./fault.ts";
import { bitten, nothingToHeal } from "./in-force.ts";

type SetInUse = Extract<FaultAction, { kind: "set-in-use" }>;

/** A chain of somebody else that nothing leads to: its rule refers to the set and meets no packet. */
const chain = "SOMEBODY-ELSE-USES";

async function countReferences(node: ClusterNode, set: string): Promise<number> {
  const { stdout } = await node.exec(["ipset", "list", "-t", set]);
  return Number(/^References: (\d+)$/m.exec(stdout)?.[1] ?? 0);
}

function toolFor(set: StateItem): "iptables-nft" | "ip6tables-nft" {
  return / family inet6(?: |$)/.test(set.text) ? "ip6tables-nft" : "iptables-nft";
}

/** A rule of somebody else refers to an ipset of the engine: it can be filled and emptied, and not destroyed. */
export const setInUse: Fault<SetInUse> = {
  kind: "set-in-use",
  describe: () => "a rule of somebody else refers to an ipset of the engine",
  async inject(_, { node, engine }) {
    const sets = (await engine.items()).filter(({ family, kind }) => family === "ipset" && kind === "set");
    const [set] = sets.toSorted((one, other) => (one.text < other.text ? -1 : 1));
    if (set?.chain === undefined) return bitten(undefined, nothingToHeal);
    const tool = toolFor(set);
    const restore = async (...lines: readonly string[]): Promise<void> =>
      void (await node.exec([`${tool}-restore`, "--noflush"], {
        input: `*filter\n${lines.join("\n")}\nCOMMIT\n`,
      }));
    const before = await countReferences(node, set.chain);
    await restore(`:${chain} - [0:0]`, `-A ${chain} -m set --match-set ${set.chain} src -j RETURN`);
    const after = await countReferences(node, set.chain);
    const evidence = `set ${set.chain} has ${after} references instead of ${before}`;
    return bitten(after > before ? evidence : undefined, () => restore(`-F ${chain}`, `-X ${chain}`));
  },
};
