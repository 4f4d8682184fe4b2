import { clusterInterface } from "../cluster/sandbox/node-network.ts";
import { HarnessError } from "../errors/harness-error.ts";
import type { FaultAction } from "../model/fault.ts";
import { itemKey, type StateItem } from "../model/state.ts";
import type { Fault, FaultTarget } from "./fault.ts";
import { bitten } from "./in-force.ts";
import { type LinkItem, readLinkItems } from "./link-state.ts";

type LinkDown = Extract<FaultAction, { kind: "link-down" }>;

function without(items: readonly LinkItem[], others: readonly StateItem[]): readonly LinkItem[] {
  const keys = new Set(others.map(itemKey));
  return items.filter(({ item }) => !keys.has(itemKey(item)));
}

function linkOf({ node }: FaultTarget): string {
  return node.interface ?? clusterInterface;
}

async function setLink(target: FaultTarget, state: "up" | "down"): Promise<void> {
  await target.node.exec(["ip", "link", "set", linkOf(target), state]);
}

/** What the node's own network configuration does when the link is back; what was the engine's is for the engine to make again. */
async function bringUp(target: FaultTarget, own: readonly LinkItem[]): Promise<void> {
  await setLink(target, "up");
  const there = await readLinkItems(target.node, linkOf(target));
  const lost = without(
    own,
    there.map(({ item }) => item),
  );
  for (const { restore } of lost) await target.node.exec(restore);
}

/** The node's interface to the cluster goes down: its routes and its IPv6 addresses are lost. Healed when it is up, with what was not the engine's. */
export const linkDown: Fault<LinkDown> = {
  kind: "link-down",
  describe: () => `the node's interface to the cluster (${clusterInterface}) goes down`,
  async inject(_, target) {
    if (target.node.holdsApi) {
      throw new HarnessError(
        "kind/lacks",
        `the link of ${target.node.ref.name} is the harness's own way to the API server.\nFix: run this in the sandbox: leave --provider out.`,
      );
    }
    const before = await readLinkItems(target.node, linkOf(target));
    const own = without(before, await target.engine.items());
    const heal = (): Promise<void> => bringUp(target, own);
    try {
      await setLink(target, "down");
      const after = await readLinkItems(target.node, linkOf(target));
      const lost = without(
        before,
        after.map(({ item }) => item),
      );
      return bitten(`${linkOf(target)} is down; ${lost.length} addresses and routes went with it`, heal);
    } catch (thrown) {
      await heal();
      throw thrown;
    }
  },
};
