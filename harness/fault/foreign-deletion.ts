import { HarnessError } from "../errors/harness-error.ts";
import type { FaultAction } from "../model/fault.ts";
import { itemKey, renderItem, type StateItem } from "../model/state.ts";
import type { Fault, FaultTarget } from "./fault.ts";
import { bitten, nothingToHeal } from "./in-force.ts";
import { removeItems } from "./remove-items.ts";

type ForeignDeletion = Extract<FaultAction, { kind: "foreign-deletion" }>;

const families = /^(?:ip6?tables-(?:nft|legacy)|nftables|ipset|route)$/;

/** The `pick`-th of the engine's items of a kind, counted round; by text, since no order of theirs is the same twice. */
export function pickItem(
  items: readonly StateItem[],
  { of, pick }: Pick<ForeignDeletion, "of" | "pick">,
): StateItem | undefined {
  const candidates = items
    .filter(({ kind, family }) => kind === of && families.test(family))
    .toSorted((one, other) => (itemKey(one) < itemKey(other) ? -1 : 1));
  return candidates[pick % candidates.length];
}

/** How often an item may vanish by itself before it is deleted. */
const tries = 3;

async function deleteOne(
  action: ForeignDeletion,
  { node, engine }: FaultTarget,
): Promise<string | undefined> {
  for (let left = tries - 1; ; left--) {
    const [items, all] = [await engine.items(), await node.snapshot()];
    const item = pickItem(items, action);
    if (item === undefined) return undefined;
    try {
      await removeItems(node, [item], all);
      return `deleted: ${renderItem(item)}`;
    } catch (thrown) {
      const isGone = !(await node.snapshot()).some((other) => itemKey(other) === itemKey(item));
      const mayPass = thrown instanceof HarnessError && thrown.code === "node/command-failed" && isGone;
      if (!mayPass || left <= 0) throw thrown;
    }
  }
}

/** Somebody deletes something of the engine's. It is for the engine to heal that, or to be found not to. */
export const foreignDeletion: Fault<ForeignDeletion> = {
  kind: "foreign-deletion",
  describe: ({ of, pick }) => `somebody deletes a ${of} of the engine's (number ${pick})`,
  async inject(action, target) {
    return bitten(await deleteOne(action, target), nothingToHeal);
  },
};
