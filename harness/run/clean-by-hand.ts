import { removeItems } from "../fault/remove-items.ts";
import type { AttemptContext } from "./attempt-context.ts";
import { engineOf } from "./engine-control.ts";
import { lookAt } from "./look.ts";

/** How often something may vanish, or come back, under the hand that takes it away. */
const tries = 3;

/**
 * Takes away from a node all that came since its engine did, as somebody does who follows a list of what to delete. An
 * engine that runs may put it back at once.
 *
 * @throws {HarnessError} `node/command-failed` where a tool refuses, time and again
 */
export async function cleanByHand(context: AttemptContext, name: string): Promise<void> {
  const { node } = engineOf(context, name);
  for (let left = tries - 1; ; left--) {
    const { engineItems, items } = await lookAt(context, node);
    // Built-in chains have a policy as long as anybody has rules in them.
    const removable = engineItems.filter(({ kind, family }) => kind !== "policy" && family !== "sysctl");
    try {
      return await removeItems(node, removable, items);
    } catch (thrown) {
      if (left <= 0) throw thrown;
    }
  }
}
